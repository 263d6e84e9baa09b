/**
 * @file Seconds a training step of model files, Shatter and PyTorch by turns, and what opening one costs.
 *
 *   node scripts/models/speed.ts DIR [--models resnet18_32,mobilenet_v2_32,vit_32] [--rounds 5]
 *
 * DIR has the files that `make.py --full DIR` writes. PyTorch runs in every configuration once, plain and channels last on
 * one and on two threads; the rounds are with its fastest. A ratio above 1 is Shatter's.
 */

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    models: { type: "string", default: "resnet18_32,mobilenet_v2_32,vit_32" },
    rounds: { type: "string", default: "5" },
    python: { type: "string", default: "/usr/bin/python3" },
  },
});
const here = import.meta.dirname;

interface Theirs {
  readonly layout: string;
  readonly threads: number;
  readonly min: number;
  readonly median: number;
  readonly first: number;
  readonly load: number;
}

interface Ours {
  readonly openSeconds: number;
  readonly firstSeconds: number;
  readonly stepSeconds: number;
}

const theirs = (model: string, layouts: string, threads: string): Theirs[] =>
  execFileSync(
    values.python,
    ["speed.py", "--models", model, "--layouts", layouts, "--threads", threads, "--steps", "4"],
    { cwd: here, encoding: "utf8" },
  )
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Theirs);

const ours = (file: string): Ours =>
  JSON.parse(
    execFileSync(
      process.execPath,
      [
        join(here, "..", "..", "bench", "ours.ts"),
        "--model",
        `${file}?dropout=0`,
        "--chunk",
        "1",
        "--runs",
        "4",
      ],
      { encoding: "utf8" },
    ),
  ) as Ours;

const sorted = (numbers: readonly number[]): number[] => [...numbers].sort((a, b) => a - b);
const middle = (numbers: readonly number[]): number => sorted(numbers)[Math.floor(numbers.length / 2)]!;

for (const model of values.models.split(",")) {
  const file = join(positionals[0] ?? ".", `${model}.onnx`);
  const best = theirs(model, "plain,channels_last", "1,2").sort((a, b) => a.median - b.median)[0]!;
  const rounds = Array.from({ length: Number(values.rounds) }, (_, round) => {
    const run = () => theirs(model, best.layout, String(best.threads))[0]!;
    const first = round % 2 === 0 ? ours(file) : undefined;
    const peer = run();
    return { ours: first ?? ours(file), theirs: peer };
  });
  const ratios = rounds.map((round) => round.theirs.median / round.ours.stepSeconds);
  const opening = rounds.map(
    (round) => (round.theirs.load + round.theirs.first) / (round.ours.openSeconds + round.ours.firstSeconds),
  );
  console.log(
    JSON.stringify({
      model,
      peer: `${best.layout}, ${best.threads} threads`,
      ratios: sorted(ratios).map((ratio) => Number(ratio.toFixed(2))),
      ours: Number(middle(rounds.map((round) => round.ours.stepSeconds)).toFixed(4)),
      theirs: Number(middle(rounds.map((round) => round.theirs.median)).toFixed(4)),
      opening: sorted(opening).map((ratio) => Number(ratio.toFixed(2))),
      oursOpening: Number(
        middle(rounds.map((round) => round.ours.openSeconds + round.ours.firstSeconds)).toFixed(2),
      ),
    }),
  );
}
