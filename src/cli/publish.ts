/**
 * @file Brings a result to where it was asked for: files first, then words, each whatever became of the others.
 */

import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DataError, messageOf } from "../base/errors.ts";
import { refusedWrite } from "../disk/refusals.ts";
import { writeWhole } from "../disk/whole-files.ts";
import { lostOutput } from "./streams.ts";

/** A file, or a folder of files, that was asked for. */
export interface Output {
  /** The option that asks for it, such as `--json`. */
  readonly name: string;
  /** Whether the result can be had from it alone. */
  readonly isResult: boolean;
  /** Write it; its error says where. */
  readonly write: () => Promise<unknown>;
}

/** A result, and where it goes. */
export interface Publication {
  readonly result: { readonly schema: string };
  readonly outputs: readonly Output[];
  /** Print it for people; unless told, the result itself is printed as JSON. */
  readonly print?: (() => void) | undefined;
  /** What to do where something could not be written, once that is mended; nothing unless told. */
  readonly again?: string | undefined;
}

/** A result as a file. */
export const asJson = (result: unknown): string => `${JSON.stringify(result, null, 2)}\n`;

/**
 * Write and print a result.
 *
 * A reader of words who leaves has seen enough; one of JSON has not got the result.
 *
 * @throws DataError if something that was asked for could not be written: it says what, and where the result is.
 */
export async function publish({ result, outputs, print, again }: Publication): Promise<void> {
  const failures: string[] = [];
  let isKept = false;
  for (const { name, isResult, write } of outputs) {
    try {
      await write();
      isKept ||= isResult;
    } catch (error) {
      failures.push(`${name}: ${messageOf(error)}`);
    }
  }
  if (print) print();
  else process.stdout.write(asJson(result));
  const lost = await lostOutput();
  const hasLeft = lost?.code === "EPIPE" && print !== undefined;
  if (lost && !hasLeft) failures.push(refusedWrite("stdout", lost).message);
  if (failures.length === 0) return;
  const where = isKept ? [] : [await shelter(result)];
  throw new DataError([...failures, ...where, ...(again === undefined ? [] : [again])].join("; "));
}

/** Put a result that could be written nowhere else where it can be found. */
async function shelter(result: Publication["result"]): Promise<string> {
  const path = join(tmpdir(), `shatter-${randomUUID().slice(0, 8)}`, "result.json");
  return await writeWhole(path, asJson(result)).then(
    () => `the result is in ${path}, and "shatter report ${path} --out FOLDER" draws it`,
    () => "the result could be kept nowhere",
  );
}
