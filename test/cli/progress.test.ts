import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createProgress } from "../../src/cli/progress.ts";
import { createTheoryProgress } from "../../src/cli/theory/progress.ts";
import type { RunEvent, TrialState } from "../../src/run/record.ts";
import { paperRecipe } from "../../src/train/recipe.ts";

/** Trial of 100 epochs on true labels; names and progress need no more of it. */
const trial = (seed: number): TrialState =>
  ({
    id: String(seed),
    escalation: 0,
    spec: { inputs: "true", corrupt: 0, seed, recipe: { ...paperRecipe, epochs: 100 } },
  }) as unknown as TrialState;

const trials = [trial(0), trial(1)];

const progressed = (at: TrialState, epoch: number): RunEvent =>
  ({ type: "trial", trial: at, event: { type: "progress", epoch, share: 0, trainLoss: 1.5 } }) as RunEvent;

/** A stream, and what was written to it. */
function recorder(isTTY: boolean) {
  const through = new PassThrough();
  let text = "";
  through.on("data", (part) => {
    text += part;
  });
  return {
    stream: Object.assign(through, { isTTY, columns: 80 }) as unknown as NodeJS.WriteStream,
    lines: () => text.split("\n").filter(Boolean),
    text: () => text,
  };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

describe("progress in a pipe", () => {
  test("says at once what is begun and what is trained", () => {
    const { stream, lines } = recorder(false);
    const { show } = createProgress(stream, { begin: "mlp-1x512 on digits: reading the data" });
    expect(lines()).toEqual(["mlp-1x512 on digits: reading the data"]);
    show({ type: "planned", trials });
    show({ type: "planned", trials: [trial(2)] });
    expect(lines().slice(1)).toEqual(["training 2 trials", "training 1 more trial"]);
  });

  test("says now and then how far it is, and floods nothing in a day", () => {
    const { stream, lines } = recorder(false);
    const { show } = createProgress(stream, { begin: "begin" });
    show({ type: "planned", trials });
    vi.advanceTimersByTime(4_000);
    show(progressed(trials[0]!, 3));
    expect(lines()).toHaveLength(2);
    vi.advanceTimersByTime(1_000);
    show(progressed(trials[0]!, 11));
    expect(lines().at(-1)).toBe(
      "[0/2] 5.0 %, 1 min 35 s left, True labels, seed 0: epoch 11/100, loss 1.500",
    );
    const before = lines().length;
    for (let second = 5; second < 86_400; second++) {
      vi.advanceTimersByTime(1_000);
      show(progressed(trials[0]!, 20));
    }
    const told = lines().length - before;
    // A line a minute after ten of them, 1,430; before, each pause is a tenth longer than the last, or 5 seconds.
    expect(told).toBeGreaterThan(1_430);
    expect(told).toBeLessThan(1_480);
  });

  test("counts a trial once, whatever object tells of it", () => {
    const { stream, lines } = recorder(false);
    const { show } = createProgress(stream, { begin: "begin" });
    show({ type: "planned", trials });
    const result = { status: "done", epochs: 7, trainAccuracy: 1, testAccuracy: 0.5, seconds: 2 };
    show({ type: "ended", trial: trial(0), result } as unknown as RunEvent);
    expect(lines().at(-1)).toMatch(/^\[1\/2\] True labels, seed 0: done after 7 epochs/);
  });

  test("is silent where it is asked to be", () => {
    const { stream, text } = recorder(false);
    const { show, stop } = createProgress(stream, { begin: "begin", quiet: true });
    show({ type: "planned", trials });
    stop();
    expect(text()).toBe("");
  });
});

describe("progress on a terminal", () => {
  test("moves at once where the terminal can be steered", () => {
    vi.stubEnv("TERM", "xterm");
    const { stream, text } = recorder(true);
    const { stop } = createProgress(stream, { begin: "reading the data" });
    vi.advanceTimersByTime(1_000);
    expect(text()).toContain("reading the data");
    expect(text()).toContain("\u001b");
    stop();
  });

  test("writes lines, and nothing that steers, on a dumb one", () => {
    vi.stubEnv("TERM", "dumb");
    const { stream, text } = recorder(true);
    const { show, stop } = createProgress(stream, { begin: "reading the data" });
    show({ type: "planned", trials });
    show(progressed(trials[0]!, 2));
    stop();
    const theory = createTheoryProgress(stream, false);
    theory.show(1, 10, "solving");
    theory.stop();
    expect(text()).toBe("reading the data\ntraining 2 trials\nsolving, 10.0 %\n");
  });
});
