/**
 * @file `shatter theory implicit`: where gradient descent ends on a linear model that many weights fit.
 */

import type { Command } from "commander";
import { type PreprocessName, preprocessNames } from "../../data/preprocess.ts";
import { type Labeling, labelings } from "../../theory/examples.ts";
import { type Method, methods } from "../../theory/implicit/descent.ts";
import { type Start, starts } from "../../theory/implicit/implicit.ts";
import { MOST_EXAMPLES } from "../../theory/implicit/problem.ts";
import { implicitDefaults, implicitRegularization } from "../../theory/node/implicit.ts";
import { listOf, numberIn, oneOf, wholeFrom } from "../output.ts";
import { defineTheory } from "./command.ts";
import { addExampleOptions, type ExampleFlags } from "./examples.ts";

interface Options extends ExampleFlags {
  readonly n: number;
  readonly preprocess?: PreprocessName;
  readonly labels: Labeling[];
  readonly method: Method[];
  readonly start: Start[];
  readonly lr?: number;
  readonly momentum: number;
  readonly l2: number;
  readonly tolerance: number;
  readonly epochs: number;
}

const names = <T extends string>(kind: string, known: readonly T[]) => listOf(oneOf(kind, known));

/** The command. */
export function implicitCommand(): Command {
  const { n, momentum, l2, tolerance, epochs } = implicitDefaults;
  return defineTheory<Options>({
    name: "implicit",
    options: (command) =>
      addExampleOptions(command, implicitDefaults)
        .option(
          "--n <count>",
          `training examples, fewer than values in each, at most ${MOST_EXAMPLES}`,
          wholeFrom(1),
          n,
        )
        .option(
          "--preprocess <name>",
          `preprocessing: ${preprocessNames.join(", ")} (default: the dataset's)`,
          oneOf("preprocessing", preprocessNames),
        )
        .option("--labels <names>", `labels: ${labelings.join(",")}`, names("labels", labelings), [
          ...labelings,
        ])
        .option("--method <names>", `descents: ${methods.join(",")}`, names("method", methods), [...methods])
        .option("--start <names>", `where they start: ${starts.join(",")}`, names("start", starts), [
          ...starts,
        ])
        .option(
          "--lr <rate>",
          "step size (default: GD 1 over the largest eigenvalue, SGD 1 over the longest squared row)",
          numberIn(0, 1e6, { low: true }),
        )
        .option("--momentum <m>", "heavy ball", numberIn(0, 1, { high: true }), momentum)
        .option("--l2 <c>", "coefficient of |w|^2 / 2 beside |Xw - y|^2 / 2", numberIn(0, 1e9), l2)
        .option(
          "--tolerance <share>",
          "distance from its limit at which a descent ends, in minimum norms",
          numberIn(1e-12, 1, { high: true }),
          tolerance,
        )
        .option("--epochs <count>", "epochs allowed", wholeFrom(1), epochs),
    examples: [
      "shatter theory implicit                                    50 drawn shapes, true and random labels",
      "shatter theory implicit --data mnist --n 100               100 digits, half a minute",
      "shatter theory implicit --data mnist --method gd --l2 100  what l2 moves the end by",
    ],
    compute: ({ method, start, lr, ...options }, given) =>
      implicitRegularization({ ...options, ...given, methods: method, starts: start, rate: lr }),
  });
}
