/**
 * @file `shatter theory`: the theorems and linear models of the paper, computed.
 */

import { Command } from "commander";
import { expressivityCommand } from "./theory/expressivity.ts";
import { implicitCommand } from "./theory/implicit.ts";
import { kernelCommand } from "./theory/kernel.ts";
import { rademacherCommand } from "./theory/rademacher.ts";
import { stabilityCommand } from "./theory/stability.ts";

/** In the order of the paper: each a file in `theory/`, made by `defineTheory`. */
const commands: readonly (() => Command)[] = [
  rademacherCommand,
  stabilityCommand,
  expressivityCommand,
  kernelCommand,
  implicitCommand,
];

/** The command. */
export function theoryCommand(): Command {
  const group = new Command("theory").description(
    "compute the theory of the paper: Theorem 1, kernels, implicit regularization, complexity",
  );
  for (const make of commands) group.addCommand(make());
  return group;
}
