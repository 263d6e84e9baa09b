/**
 * @file `shatter theory measures`: what trained networks say of their test error.
 */

import type { Command } from "commander";
import { MEASURES_EPOCHS, measuresDefaults, measuresOf } from "../../theory/node/measures.ts";
import { numberIn, wholeFrom } from "../output.ts";
import { defineTheory } from "./command.ts";
import { addExampleOptions, type ExampleFlags } from "./examples.ts";

interface Options extends ExampleFlags {
  readonly n: number;
  readonly networks: number;
  readonly pairs: number;
  readonly loss: number;
  readonly epochs: number;
}

/** The command. */
export function measuresCommand(): Command {
  const { n, networks, pairs, loss } = measuresDefaults;
  return defineTheory<Options>({
    name: "measures",
    options: (command) =>
      addExampleOptions(command, measuresDefaults)
        .option("--n <count>", "training examples", wholeFrom(1), n)
        .option(
          "--networks <count>",
          "multilayer perceptrons, of drawn hyperparameters",
          wholeFrom(1),
          networks,
        )
        .option("--pairs <count>", "how many of them are trained on random labels, too", wholeFrom(1), pairs)
        .option("--loss <nats>", "training loss at which a network is done", numberIn(0, 10), loss)
        .option("--epochs <count>", "epochs allowed", wholeFrom(1), MEASURES_EPOCHS),
    examples: [
      "shatter theory measures                                     100 networks on MNIST, minutes",
      "shatter theory measures --data cifar10 --n 1000             on photographs",
    ],
    compute: ({ epochs, ...options }, given) => measuresOf({ ...options, ...given, recipe: { epochs } }),
  });
}
