/**
 * @file Training speed beside PyTorch: the same models, batch and optimizer, measured by turns on this machine.
 *
 *   npm run bench -- [--models mlp-1x512,alexnet,...] [--threads 2] [--batch 128] [--rounds 5] [--json]
 *
 * A round measures Shatter, and PyTorch in both of its memory layouts and with its threads split in several ways,
 * each in a process of its own; the ratio is ours to PyTorch's best of the round, and is told on standard error as it comes.
 * Rounds turn the order around, so that a machine that slows down does not favor either side. PyTorch is looked for in
 * $PYTHON, /usr/bin/python3 and python3.
 */

import { parseArgs } from "node:util";
import {
  findPython,
  type Measurement,
  measureOurs,
  measurePyTorch,
  type OurMeasurement,
  type Setting,
  settingsOf,
} from "./child.ts";

const { values: options } = parseArgs({
  options: {
    models: { type: "string", default: "mlp-1x512,mlp-3x512,alexnet,inception,inception-nobn" },
    threads: { type: "string", default: "2" },
    batch: { type: "string", default: "128" },
    rounds: { type: "string", default: "5" },
    json: { type: "boolean", default: false },
  },
});

/** PyTorch's best, and how it was run. */
interface Theirs extends Measurement {
  readonly setting: Setting;
}

/** One turn of everybody. */
interface Round {
  readonly ours: OurMeasurement;
  /** The fastest setting; none without PyTorch. */
  readonly theirs: Theirs | undefined;
}

/** Smallest, middle and largest. */
type Spread = readonly [number, number, number];

function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  return [sorted[0]!, sorted[Math.floor(sorted.length / 2)]!, sorted.at(-1)!];
}

function measureRound(python: string | undefined, model: string, isTurned: boolean): Round {
  const args = ["--model", model, "--threads", options.threads, "--batch", options.batch];
  const measureTheirs = (): Theirs | undefined => {
    if (!python) return undefined;
    const all = settingsOf(Number(options.threads), model).map((setting) => ({
      setting,
      ...measurePyTorch(python, setting, model, options.batch),
    }));
    return all.sort((a, b) => b.imagesPerSecond - a.imagesPerSecond)[0];
  };
  if (isTurned) {
    const theirs = measureTheirs();
    return { ours: measureOurs(args), theirs };
  }
  return { ours: measureOurs(args), theirs: measureTheirs() };
}

/** What a round has measured, for who waits. */
function describeRound({ ours, theirs }: Round): string {
  const own = `${ours.imagesPerSecond.toFixed(0)} images/s`;
  if (!theirs) return own;
  const ratio = ours.imagesPerSecond / theirs.imagesPerSecond;
  return `${own}, PyTorch ${theirs.imagesPerSecond.toFixed(0)}: ${ratio.toFixed(2)}`;
}

const say = (line: string): void => {
  if (!options.json) console.log(line);
};
const show = (spread: Spread, digits: number): string =>
  spread.map((value) => value.toFixed(digits).padStart(digits === 0 ? 8 : 6)).join(" ");

const python = findPython();
if (!python) {
  say("PyTorch was not found, so Shatter is measured alone. To compare, install it (Debian: apt-get install");
  say(
    "--no-install-recommends python3-torch python3-numpy) or name a Python that has it: PYTHON=... npm run bench\n",
  );
}
say(
  `threads ${options.threads}, batch ${options.batch}, examples 3 x 28 x 28; smallest, middle and largest of ${options.rounds} rounds`,
);

const reports = options.models.split(",").map((model) => {
  const rounds = Array.from({ length: Number(options.rounds) }, (_, index) => {
    const round = measureRound(python, model, index % 2 === 1);
    console.error(`${model}, round ${index + 1} of ${options.rounds}: ${describeRound(round)}`);
    return round;
  });
  const profile = measureOurs<{ readonly operators: { readonly [operator: string]: number } }>([
    ...["--model", model, "--threads", options.threads, "--batch", options.batch, "--profile"],
  ]);
  const ours = spreadOf(rounds.map((round) => round.ours.imagesPerSecond));
  const { flops } = rounds[0]!.ours;
  const gigaflops = spreadOf(rounds.map((round) => flops / round.ours.stepSeconds / 1e9));
  const shareOfPeak = spreadOf(rounds.map((round) => flops / round.ours.stepSeconds / round.ours.peak));
  say(`\n${model}`);
  say(`  Shatter, images/s    ${show(ours, 0)}`);
  const pairs = rounds.flatMap((round) => (round.theirs ? [{ ours: round.ours, theirs: round.theirs }] : []));
  const theirs = pairs.length > 0 ? spreadOf(pairs.map((pair) => pair.theirs.imagesPerSecond)) : undefined;
  const ratio =
    pairs.length > 0
      ? spreadOf(pairs.map((pair) => pair.ours.imagesPerSecond / pair.theirs.imagesPerSecond))
      : undefined;
  if (theirs && ratio) {
    say(`  PyTorch, images/s    ${show(theirs, 0)}`);
    const settings = new Set(
      pairs.map(({ theirs: { setting } }) => `${setting.layout}, ${setting.torch} + ${setting.blas} threads`),
    );
    say(`    at its best with   ${[...settings].join("; ")} (PyTorch + OpenBLAS)`);
    say(`  ratio of a round     ${show(ratio, 2)}`);
  }
  const peak = spreadOf(rounds.map((round) => round.ours.peak / 1e9));
  say(`  GFLOP/s of a step    ${show(gigaflops, 0)}   (${(flops / 1e9).toFixed(3)} GFLOP in products)`);
  say(`  GFLOP/s at best      ${show(peak, 0)}   (one large matrix product)`);
  say(`  share of the best    ${show(shareOfPeak, 2)}`);
  const total = Object.values(profile.operators).reduce((sum, ms) => sum + ms, 0);
  const slowest = Object.entries(profile.operators).sort(([, a], [, b]) => b - a);
  say("  where a step's time goes, under the engine's profiler:");
  for (const [operator, ms] of slowest.slice(0, 8)) {
    say(
      `    ${operator.padEnd(14)} ${ms.toFixed(3).padStart(8)} ms ${((100 * ms) / total).toFixed(1).padStart(6)} %`,
    );
  }
  return { model, rounds, ours, theirs, ratio, gigaflops, shareOfPeak, operators: profile.operators };
});

if (options.json) console.log(JSON.stringify({ ...options, reports }, null, 2));
