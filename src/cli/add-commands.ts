/**
 * @file Adds commands to a command, and loads only those that are named: what trains, draws or serves takes a while
 * to load, and `--help` needs none of it.
 */

import { Command, Help } from "commander";

/** A command that is not loaded. */
export interface CommandEntry {
  /** What the list of commands shows of it, such as `run [options] <name>`. */
  readonly usage: string;
  readonly description: string;
  /** Loads it, and makes it without its description. */
  readonly make: () => Promise<Command>;
}

/**
 * Add commands under headings.
 *
 * @param words - The command line. Whatever it names is loaded; the others are listed, and cannot be run.
 */
export async function addCommands(
  parent: Command,
  groups: Readonly<Record<string, readonly CommandEntry[]>>,
  words: readonly string[] = process.argv.slice(2),
): Promise<void> {
  const usages = new Map<Command, string>();
  for (const [heading, entries] of Object.entries(groups)) {
    for (const { usage, description, make } of entries) {
      const name = usage.split(" ")[0]!;
      const command = words.includes(name) ? await make() : new Command(name);
      usages.set(command, usage);
      parent.addCommand(command.description(description).helpGroup(heading));
    }
  }
  parent.configureHelp({
    subcommandTerm: (command) => usages.get(command) ?? new Help().subcommandTerm(command),
  });
}
