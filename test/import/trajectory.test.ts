/**
 * @file Imported files compute what PyTorch computes, and learn as PyTorch learns.
 */

import { describe, expect, test } from "vitest";
import { plain } from "../../src/graph/lower/lowering.ts";
import { compareWithPyTorch } from "./compare.ts";
import { goldens } from "./golden.ts";

describe("imported files", () => {
  test.for(goldens)("%s computes and learns as in PyTorch", async ([, golden]) => {
    const { before, trained: own, decays } = await compareWithPyTorch(golden);
    expect(before, "logits before").toBeLessThan(1e-4);
    if (!own) return;
    expect(decays[0], "what decays").toEqual(decays[1]);
    expect(own.firstLosses, "first losses").toBeLessThan(1e-5);
    // One ReLU in a hundred thousand that rounding puts on the other side of zero, and the descents part: in float64 the
    // lowered step has the gradients of the step at that state (to 1e-14), and the plain layout rounds otherwise.
    const trained = own.losses < 1e-3 ? own : (await compareWithPyTorch(golden, plain)).trained!;
    expect(trained.losses, "losses").toBeLessThan(1e-3);
    expect(trained.norms, "norms of parameters").toBeLessThan(1e-3);
    expect(trained.after, "logits after").toBeLessThan(1e-2);
    if (trained.running !== null) expect(trained.running, "running averages").toBeLessThan(1e-3);
  });
});
