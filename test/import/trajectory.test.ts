/**
 * @file Imported files compute what PyTorch computes, and learn as PyTorch learns.
 */

import { describe, expect, test } from "vitest";
import { compareWithPyTorch } from "./compare.ts";
import { goldens } from "./golden.ts";

describe("imported files", () => {
  test.for(goldens)("%s computes and learns as in PyTorch", async ([, golden]) => {
    const { before, trained, decays } = await compareWithPyTorch(golden);
    expect(before, "logits before").toBeLessThan(1e-4);
    if (!trained) return;
    expect(decays[0], "what decays").toEqual(decays[1]);
    expect(trained.losses, "losses").toBeLessThan(1e-3);
    expect(trained.norms, "norms of parameters").toBeLessThan(1e-3);
    expect(trained.after, "logits after").toBeLessThan(1e-2);
    if (trained.running !== null) expect(trained.running, "running averages").toBeLessThan(1e-3);
  });
});
