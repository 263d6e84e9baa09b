/**
 * @file Runs one side of a comparison in a process of its own, so that neither inherits the other's memory.
 */

import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** What a measurement says; the two sides agree on these. */
export interface Measurement {
  readonly stepSeconds: number;
  readonly imagesPerSecond: number;
}

/** What a measurement of ours says besides. */
export interface OurMeasurement extends Measurement {
  /** Floating-point operations of the matrix products of a step. */
  readonly flops: number;
  /** Operations a second of a large matrix product on this machine at this moment. */
  readonly peak: number;
}

/** The last line of a command's output, as JSON. */
function measure<T>(command: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): T {
  const output = execFileSync(command, args, {
    encoding: "utf8",
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "inherit"],
  });
  return JSON.parse(output.trim().split("\n").at(-1)!) as T;
}

/** Measure Shatter; `args` are those of `bench/ours.ts`. */
export const measureOurs = <T = OurMeasurement>(
  args: readonly string[],
  environment?: NodeJS.ProcessEnv,
): T => measure<T>(process.execPath, [join(import.meta.dirname, "ours.ts"), ...args], environment);

/** The first Python that has PyTorch, if there is one. */
export function findPython(): string | undefined {
  return [process.env.PYTHON, "/usr/bin/python3", "python3"].find((python) => {
    if (!python) return false;
    try {
      execFileSync(python, ["-c", "import torch, numpy"], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  });
}

/** Keeps glibc from giving every activation back to the kernel: PyTorch's best figure needs it. */
const KEEP_MEMORY = {
  MALLOC_MMAP_MAX_: "0",
  MALLOC_TRIM_THRESHOLD_: "100000000000",
  MALLOC_TOP_PAD_: "500000000",
};

/** A way to run PyTorch. */
export interface Setting {
  /** Order of the axes in memory: `nchw`, or `cl` for channels last. */
  readonly layout: string;
  /** Threads of PyTorch itself. */
  readonly torch: number;
  /** Threads of OpenBLAS, which has its own: PyTorch does not tell it how many. */
  readonly blas: number;
}

/** The ways in which PyTorch is run: whichever is fastest counts. Its threads and those of OpenBLAS get in each other's way. */
export function settingsOf(threads: number, model: string): Setting[] {
  const whole = [threads, threads];
  const alone = [threads, 1];
  // PyTorch's own threads convolve; OpenBLAS only multiplies the matrices of an MLP.
  const perceptron = [whole, [1, threads], alone];
  const splits = threads === 1 ? [whole] : model.startsWith("mlp") ? perceptron : [whole, alone];
  return splits.flatMap(([torch, blas]) =>
    ["nchw", "cl"].map((layout) => ({ layout, torch: torch!, blas: blas! })),
  );
}

/** Measure PyTorch. */
export const measurePyTorch = (
  python: string,
  { layout, torch, blas }: Setting,
  model: string,
  batch: string,
): Measurement =>
  measure<Measurement>(
    python,
    [
      join(import.meta.dirname, "pytorch_peer.py"),
      "speed",
      ...[
        "--model",
        model,
        "--threads",
        String(torch),
        "--batch",
        batch,
        "--layout",
        layout,
        "--steps",
        "60",
      ],
    ],
    { ...KEEP_MEMORY, OPENBLAS_NUM_THREADS: String(blas) },
  );
