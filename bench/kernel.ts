/**
 * @file Kernel interpolation on MNIST beside NumPy's `linalg.solve`: time, memory, test errors and norms, by turns.
 *
 *   node bench/kernel.ts [--sizes 1000,5000,10000] [--rounds 3] [--data-dir FOLDER] [--out FOLDER]
 *
 * Both build the Gram matrix, solve for true and random labels (20 right-hand sides) and ask 10,000 test examples, each in a
 * process of its own. Python is `$PYTHON`, or python3. Nothing else should run beside.
 */

import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { corruptLabels } from "../src/data/randomize.ts";
import { loadDataset } from "../src/run/node/library.ts";
import { machine } from "../src/run/node/provenance.ts";

const run = promisify(execFile);
const BANDWIDTH = 0.02;
const SIZE = 784;
const THREADS = Math.min(2, availableParallelism());

/** What either side prints. */
interface Measured {
  readonly testErrors: number;
  readonly randomTestErrors: number;
  readonly norm: number;
  readonly randomNorm: number;
  readonly residual: number;
  readonly seconds: { readonly [part: string]: number };
  readonly peakBytes: number;
}

const { values } = parseArgs({
  options: {
    sizes: { type: "string", default: "1000,5000,10000" },
    rounds: { type: "string", default: "3" },
    "data-dir": { type: "string" },
    out: { type: "string" },
  },
});

const total = ({ seconds }: Measured): number => Object.values(seconds).reduce((sum, part) => sum + part, 0);
const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!;
const lines: string[] = [];
const say = (line: string): void => {
  console.log(line);
  lines.push(line);
};

say(`${machine()}; ${THREADS} threads each`);
say(
  "| n | ours, s | NumPy, s | ratio (least to most) | ours, MiB | NumPy, MiB | ratio | test errors, ours / NumPy | random labels | norm, ours / NumPy | random labels |",
);
say("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
for (const n of values.sizes.split(",").map(Number)) {
  const folder = await mkdtemp(join(tmpdir(), "shatter-kernel-"));
  try {
    const m = await writeExamples(folder, n);
    const rounds: { readonly ours: Measured; readonly peer: Measured }[] = [];
    for (let round = 0; round < Number(values.rounds); round++) {
      rounds.push({ ours: await measureOurs(n), peer: await measurePeer(folder, n, m) });
    }
    const { ours, peer } = rounds.at(-1)!;
    const ratios = rounds.map((one) => total(one.peer) / total(one.ours));
    const memory = rounds.map((one) => one.ours.peakBytes / one.peer.peakBytes);
    const mib = (pick: (one: (typeof rounds)[number]) => Measured): number =>
      Math.round(median(rounds.map((one) => pick(one).peakBytes)) / 2 ** 20);
    say(
      `| ${n} | ${median(rounds.map((one) => total(one.ours))).toFixed(2)} | ${median(rounds.map((one) => total(one.peer))).toFixed(2)} ` +
        `| ${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}) ` +
        `| ${mib((one) => one.ours)} | ${mib((one) => one.peer)} | ${median(memory).toFixed(2)} ` +
        `| ${ours.testErrors} / ${peer.testErrors} | ${ours.randomTestErrors} / ${peer.randomTestErrors} ` +
        `| ${ours.norm.toPrecision(9)} / ${peer.norm.toPrecision(9)} | ${ours.randomNorm.toPrecision(9)} / ${peer.randomNorm.toPrecision(9)} |`,
    );
    say(
      `<!-- residuals: ours ${ours.residual.toExponential(1)}, NumPy ${peer.residual.toExponential(1)}; seconds of ours ${JSON.stringify(ours.seconds)}, of NumPy ${JSON.stringify(peer.seconds)} -->`,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}
if (values.out !== undefined) {
  await mkdir(values.out, { recursive: true });
  await writeFile(join(values.out, "kernel.md"), `${lines.join("\n")}\n`);
}

/** The examples that `shatter theory kernel --n N` takes, as raw files. */
async function writeExamples(folder: string, n: number): Promise<number> {
  const { train, test } = await loadDataset("mnist", { n, seed: 0, dataDir: values["data-dir"] });
  const random = corruptLabels(train, 1, 0, "train").labels;
  await Promise.all([
    writeFile(join(folder, "train.u8"), train.inputs as Uint8Array),
    writeFile(join(folder, "test.u8"), test.inputs as Uint8Array),
    writeFile(join(folder, "labels.i32"), train.labels),
    writeFile(join(folder, "random.i32"), random),
    writeFile(join(folder, "test.i32"), test.labels),
  ]);
  return test.labels.length;
}

async function measureOurs(n: number): Promise<Measured> {
  const code = `
    import { kernelInterpolation } from ${JSON.stringify(join(import.meta.dirname, "../src/theory/node/kernel.ts"))};
    const { numbers, provenance } = await kernelInterpolation({ n: ${n}, curve: false, interpolants: false, threads: ${THREADS}, dataDir: ${JSON.stringify(values["data-dir"])} });
    const { testErrors, norm, randomNorm, randomTestError, testN, residual, randomResidual, factorSeconds, solveSeconds, testSeconds, peakBytes } = numbers;
    console.log(JSON.stringify({ testErrors, norm, randomNorm, randomTestErrors: Math.round(randomTestError * testN), residual: Math.max(residual, randomResidual),
      seconds: { factor: factorSeconds, solve: solveSeconds, test: testSeconds }, peakBytes }));`;
  const { stdout } = await run(process.execPath, ["--input-type=module-typescript", "--eval", code], {
    cwd: join(import.meta.dirname, ".."),
  });
  return JSON.parse(stdout);
}

async function measurePeer(folder: string, n: number, m: number): Promise<Measured> {
  const { stdout } = await run(
    process.env["PYTHON"] ?? "python3",
    [join(import.meta.dirname, "kernel_numpy.py"), folder, `${n}`, `${m}`, `${SIZE}`, `${BANDWIDTH}`],
    { env: { ...process.env, OPENBLAS_NUM_THREADS: `${THREADS}` } },
  );
  return JSON.parse(stdout);
}
