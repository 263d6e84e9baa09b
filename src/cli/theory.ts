/**
 * @file `shatter theory`: the theorems and linear models of the paper, computed.
 */

import { Command } from "commander";
import { addCommands, type CommandEntry } from "./add-commands.ts";

/** In the order of the paper, then what others asked after it: each a file in `theory/`, made by `defineTheory`. */
const theories: readonly CommandEntry[] = [
  {
    usage: "rademacher [options]",
    description:
      "measure how well networks fit random signs: at least the complexity, and the bound of the error that follows",
    make: async () => (await import("./theory/rademacher.ts")).rademacherCommand(),
  },
  {
    usage: "stability [options]",
    description: "replace one training example, train again, and measure the change of the loss elsewhere",
    make: async () => (await import("./theory/stability.ts")).stabilityCommand(),
  },
  {
    usage: "expressivity [options]",
    description: "Theorem 1: the network with 2n + d weights that takes any targets, made and run",
    make: async () => (await import("./theory/expressivity.ts")).expressivityCommand(),
  },
  {
    usage: "kernel [options]",
    description: "solve equation (3): fit every label with a kernel, and see what generalizes",
    make: async () => (await import("./theory/kernel.ts")).kernelCommand(),
  },
  {
    usage: "implicit [options]",
    description: "follow SGD and GD on a linear model to the minimum-norm solution, or past it",
    make: async () => (await import("./theory/implicit.ts")).implicitCommand(),
  },
  {
    usage: "memorization [options]",
    description: "how unequal examples are on real and random data, and what dropout hinders",
    make: async () => (await import("./theory/memorization.ts")).memorizationCommand(),
  },
  {
    usage: "measures [options]",
    description: "whether training time, norms, margin and sharpness tell which network generalizes",
    make: async () => (await import("./theory/measures.ts")).measuresCommand(),
  },
  {
    usage: "double-descent [options]",
    description:
      "more random features, and wider networks, through the point where targets are just interpolated",
    make: async () => (await import("./theory/double-descent.ts")).doubleDescentCommand(),
  },
];

/** The command. */
export async function theoryCommand(): Promise<Command> {
  const command = new Command("theory");
  await addCommands(command, { "Commands:": theories });
  return command;
}
