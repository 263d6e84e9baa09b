/**
 * @file The command line as results record it: it can be pasted into a shell, and holds no secrets.
 */

import { hideInArgument } from "../base/secrets.ts";

/** An argument as a POSIX shell takes it for one word, and nothing else. */
const quoted = (argument: string): string =>
  /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", String.raw`'\''`)}'`;

/** The command that is running. */
export const commandLine = (args: readonly string[] = process.argv.slice(2)): string =>
  ["shatter", ...args.map(hideInArgument).map(quoted)].join(" ");
