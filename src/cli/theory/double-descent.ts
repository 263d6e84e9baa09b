/**
 * @file `shatter theory double-descent`: the test error through the point where the targets are just interpolated.
 */

import type { Command } from "commander";
import { descentDefaults, descentRecipe, doubleDescentOf } from "../../theory/node/double-descent.ts";
import { listOf, numberIn, wholeFrom } from "../output.ts";
import { defineTheory } from "./command.ts";
import { addExampleOptions, type ExampleFlags } from "./examples.ts";

interface Options extends ExampleFlags {
  readonly n: number;
  readonly networkN: number;
  readonly widths: number[];
  readonly noise: number;
  readonly epochs: number;
  readonly seeds: number;
}

/** The command. */
export function doubleDescentCommand(): Command {
  const { n, networkN, widths, noise, seeds } = descentDefaults;
  return defineTheory<Options>({
    name: "double-descent",
    options: (command) =>
      addExampleOptions(command, descentDefaults)
        .option("--n <count>", "training examples of random features, 2000 at most", wholeFrom(1), n)
        .option("--network-n <count>", "training examples of networks", wholeFrom(1), networkN)
        .option("--widths <list>", "units of the hidden layer, ascending", listOf(wholeFrom(1)), [...widths])
        .option("--noise <share>", "share of the networks' labels that is redrawn", numberIn(0, 1), noise)
        .option("--epochs <count>", "epochs of the networks", wholeFrom(1), descentRecipe.epochs)
        .option("--seeds <count>", "repetitions, at least 3", wholeFrom(1), seeds),
    examples: [
      "shatter theory double-descent                               MNIST, five seeds, minutes",
      "shatter theory double-descent --data digits --n 200 --network-n 500 --test-n 510   seconds",
    ],
    compute: ({ epochs, ...options }, given) => doubleDescentOf({ ...options, ...given, recipe: { epochs } }),
  });
}
