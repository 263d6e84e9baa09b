/**
 * @file `shatter theory kernel`: the minimum-norm interpolant of a kernel, at full size.
 */

import type { Command } from "commander";
import { GAUSSIAN } from "../../theory/examples.ts";
import { kernelNames } from "../../theory/kernel/kernels.ts";
import { solvers } from "../../theory/kernel/memory.ts";
import { featureNames, type KernelRequest } from "../../theory/kernel/request.ts";
import { kernelDefaults, kernelInterpolation } from "../../theory/node/kernel.ts";
import { DATA_HELP } from "../data-options.ts";
import { listOf, numberIn, oneOf, wholeFrom } from "../output.ts";
import { defineTheory } from "./command.ts";

interface Options extends KernelRequest {
  readonly dataDir?: string;
  readonly memory?: number;
  readonly gram?: string;
}

/** The command. */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: options, one after another.
export function kernelCommand(): Command {
  const { data, d, kernel, degree, l2, features, filters, solver, tolerance, iterations } = kernelDefaults;
  return defineTheory<Options>({
    name: "kernel",
    options: (command) =>
      command
        .option("--data <name>", `examples: ${GAUSSIAN}, ${DATA_HELP}`, data)
        .option(
          "--data-dir <folder>",
          "where the dataset's files are (default: $SHATTER_DATA, or the cache folder)",
        )
        .option("--d <width>", `numbers in a Gaussian row (default: ${d})`, wholeFrom(1))
        .option("--n <count>", "training examples (default: all)", wholeFrom(1))
        .option("--test-n <count>", "test examples (default: all)", wholeFrom(1))
        .option(
          "--features <name>",
          `what the kernel sees: ${featureNames.join(", ")}`,
          oneOf("features", featureNames),
          features,
        )
        .option(
          "--filters <counts>",
          "random filters to solve at, ascending; all up to the last are made",
          listOf(wholeFrom(1)),
          [...filters],
        )
        .option("--kernel <name>", `kernel: ${kernelNames.join(", ")}`, oneOf("kernel", kernelNames), kernel)
        .option(
          "--bandwidth <b>",
          "factor of the distance (default: MNIST's pixels 0.02, as the first author; else by a rule that the report says)",
          numberIn(0, 1e12, { low: true }),
        )
        .option("--degree <k>", "degree of the polynomial kernel", wholeFrom(1), degree)
        .option(
          "--l2 <numbers>",
          "added to the diagonal, one after the other; 0 interpolates",
          listOf(numberIn(0, 1e12)),
          [...l2],
        )
        .option("--no-curve", "do not solve for smaller n on the way")
        .option("--no-interpolants", "leave out the interpolants that do not generalize")
        .optionsGroup("How it is solved:")
        .option(
          "--solver <name>",
          `solver: ${solvers.join(", ")} (auto: cholesky if it fits)`,
          oneOf("solver", solvers),
          solver,
        )
        .option(
          "--memory <GiB>",
          "memory that may be used (default: 80 % of the machine's)",
          numberIn(0.1, 1e6),
        )
        .option(
          "--tolerance <share>",
          "relative residual, in float64",
          numberIn(1e-15, 1, { high: true }),
          tolerance,
        )
        .option("--iterations <count>", "steps of conjugate gradients allowed", wholeFrom(1), iterations)
        .option("--gram <folder>", "keep the Gram matrix of random filters here, and go on from it"),
    examples: [
      "shatter theory kernel                                       MNIST, all 60,000: minutes, 8 GiB",
      "shatter theory kernel --n 5000                              seconds",
      "shatter theory kernel --features gabor                      Table 3's second row",
      "shatter theory kernel --data cifar10 --features random-conv --filters 256,1000 --gram gram",
    ],
    compute: ({ memory, gram, ...options }, given) =>
      kernelInterpolation({
        ...options,
        ...given,
        memory: memory === undefined ? undefined : memory * 2 ** 30,
        gramFolder: gram,
      }),
  });
}
