/**
 * @file The program: finds the subcommand, prints errors, sets the exit code.
 *
 * Exit codes: 0 done; 1 failed; 2 wrong usage; 3 an expectation is not met; 130 interrupted.
 */

import { Command, CommanderError } from "commander";
import { messageOf, UsageError } from "../base/errors.ts";
import { hideSecrets } from "../base/secrets.ts";
import { refusedWrite } from "../disk/refusals.ts";
import { version } from "../run/node/version.ts";
import { addCommands } from "./add-commands.ts";
import { groups } from "./commands.ts";
import { withFlags } from "./flags.ts";
import { spareArguments } from "./json.ts";
import { paint } from "./output.ts";
import { lostOutput } from "./streams.ts";

/** Run the command line of this process. What goes wrong is printed, and in the exit code. */
export async function runProgram(): Promise<void> {
  const program = new Command("shatter")
    .description(
      "Does your network learn, or does it memorize? The randomization tests of Zhang et al., ICLR 2017.",
    )
    .version(version)
    .showSuggestionAfterError()
    .addHelpText(
      "after",
      `
Examples:
  shatter test                                          digits, true and random labels, a verdict
  shatter run figure-1c --scale smoke                   a figure of the paper, in a minute
  shatter theory expressivity --n 1000                  Theorem 1 as a network: any labels, 2n + d weights
  shatter replay result.json                            train it again: is it equal, byte for byte?
  shatter serve                                         what your lab knows, in the browser
  shatter data show cifar10 --out cifar10.png           see what each randomization does
  shatter doctor                                        what works on this machine

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 an expectation is not met, 130 interrupted.`,
    );

  try {
    await addCommands(program, groups);
    prepare(program);
    await program.parseAsync();
  } catch (error) {
    process.exitCode = report(error);
  }
  const lost = await lostOutput();
  // A reader that has seen enough, such as head, is no error.
  if (lost && lost.code !== "EPIPE" && !process.exitCode)
    process.exitCode = report(refusedWrite("stdout", lost));
}

/** Let usage errors of every subcommand reach the one place that sets the exit code, and arguments follow `--json`. */
function prepare(command: Command): void {
  command.exitOverride().configureOutput({ outputError: (text, write) => write(hideSecrets(text)) });
  spareArguments(command);
  command.commands.forEach(prepare);
}

/** Print an error for a person, and say which exit code it means. */
function report(error: unknown): number {
  // Commander has printed its own message already; help and --version come here too, with 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const { stack } = Object(error) as { readonly stack?: string };
  const isExpected = error instanceof Error && error.constructor !== Error && error.constructor !== TypeError;
  process.stderr.write(
    `${paint(process.stderr, "red", "error:")} ${isExpected ? withFlags(messageOf(error)) : hideSecrets(stack ?? messageOf(error))}\n`,
  );
  return error instanceof UsageError ? 2 : 1;
}
