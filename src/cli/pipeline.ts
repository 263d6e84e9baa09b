/**
 * @file What a build server wants of a test: conditions that it is held to, and files that show what became of them.
 */

import { Option } from "commander";
import { requireFile, writeWhole } from "../disk/whole-files.ts";
import type { TestResult } from "../paper/test-result.ts";
import { answerNames, type Condition, holdTo, measures, parseCondition } from "../verdict/conditions.ts";
import { listOf } from "./output.ts";
import type { Output } from "./publish.ts";

/** What they are given. */
export interface PipelineOptions {
  readonly expect?: Condition[];
  readonly junit?: string;
  readonly markdown?: string;
}

export const expectOption = (): Option =>
  new Option(
    "--expect <conditions>",
    `exit with 3 unless all hold: ${answerNames.join(",")}, or a number compared, such as "slowdown>1.5", in quotes`,
  ).argParser(listOf(parseCondition));

export const junitOption = (): Option =>
  new Option(
    "--junit <file>",
    "write JUnit XML: a case for each condition, or for each answer of the verdict",
  );

export const markdownOption = (): Option =>
  new Option(
    "--markdown <file>",
    "write a comment for a pull request: verdict, numbers, how to reproduce them",
  );

/** Which numbers can be compared, for a help text. */
export const MEASURES_HELP = [
  "Numbers that --expect compares by >, >=, <, <= (means over seeds; what was not measured is not met):",
  ...Object.entries(measures).map(([name, { what }]) => `  ${name.padEnd(22)} ${what}`),
].join("\n");

/** Refuse files that cannot be written, before anything is done for them. */
export async function requirePipelineFiles({ junit, markdown }: PipelineOptions): Promise<void> {
  if (junit !== undefined) await requireFile("--junit", junit);
  if (markdown !== undefined) await requireFile("--markdown", markdown);
}

/** The files that were asked for. */
export function pipelineOutputs({ expect, junit, markdown }: PipelineOptions, result: TestResult): Output[] {
  const holdings = holdTo(expect ?? [], result);
  const outputs: Output[] = [];
  if (junit !== undefined) {
    const write = async (): Promise<void> =>
      await writeWhole(junit, (await import("../report/test/junit.ts")).junitReport(result, holdings));
    outputs.push({ name: "--junit", isResult: false, write });
  }
  if (markdown !== undefined) {
    const write = async (): Promise<void> =>
      await writeWhole(
        markdown,
        (await import("../report/test/comment.ts")).markdownComment(result, holdings),
      );
    outputs.push({ name: "--markdown", isResult: false, write });
  }
  return outputs;
}

/** The exit code of a test: 130 if interrupted, 1 if a trial failed or was stopped, 3 if a condition is not met. */
export function exitCodeOf(result: TestResult, { expect = [] }: PipelineOptions): number {
  if (result.provenance.interrupted) return 130;
  if (result.trials.some(({ status }) => status === "failed" || status === "stopped")) return 1;
  const unmet = holdTo(expect, result).filter(({ isMet }) => !isMet);
  for (const { told } of unmet) process.stderr.write(`${told}\n`);
  return unmet.length > 0 ? 3 : 0;
}
