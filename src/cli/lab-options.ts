/**
 * @file The options that say which lab a command is about.
 */

import { type Command, Option } from "commander";

/** What commands that open a lab are given. */
export interface LabOptions {
  readonly lab: string;
  readonly databaseUrl?: string;
}

/** `--database-url`, which `$DATABASE_URL` stands in for. */
export const databaseUrlOption = (): Option =>
  new Option(
    "--database-url <url>",
    "keep the lab on a PostgreSQL server instead, postgres://user:password@host/database ($DATABASE_URL; processes of other users see options, but not the environment)",
  );

/** The server that was asked for; undefined for a lab in a folder. */
export function databaseUrlOf({ databaseUrl }: { readonly databaseUrl?: string }): string | undefined {
  const url = databaseUrl ?? process.env["DATABASE_URL"] ?? "";
  return url === "" ? undefined : url;
}

/** How what a lab has can be looked at again, as a line; the page of an experiment, if it is named. */
export function lookAgain(options: LabOptions, experiment?: string): string {
  const lab = databaseUrlOf(options) === undefined && options.lab !== "shatter-lab" && options.lab;
  const page = experiment === undefined ? "" : `, page /experiments/${encodeURIComponent(experiment)}`;
  return `to look again: shatter serve${lab ? ` --lab ${/^[\w./-]+$/.test(lab) ? lab : `"${lab}"`}` : ""}${page}\n`;
}

/** Give a command the options that say which lab it is about. */
export const labOptions = (command: Command): Command =>
  command.option("--lab <folder>", "the lab's folder", "shatter-lab").addOption(databaseUrlOption());
