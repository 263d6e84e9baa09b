/**
 * @file What a file system refuses, in words: where, why, and what to do.
 */

import { DataError, messageOf } from "../base/errors.ts";

/** What the system's error codes mean, and what to do about each. */
export const refusals: Readonly<Record<string, readonly [why: string, what: string]>> = {
  EACCES: ["no permission to write there", "choose another folder, or change its permissions"],
  EPERM: ["no permission to write there", "choose another folder, or change its permissions"],
  EROFS: ["the file system is read-only", "choose a folder on another one"],
  ENOSPC: ["the disk is full", "free some space, or choose a folder on another disk"],
  EDQUOT: ["the disk quota is used up", "free some space, or choose a folder on another disk"],
  ENOTDIR: ["a part of the path is a file", "choose another folder, or move the file away"],
  EEXIST: ["there is a file of that name", "choose another folder, or move the file away"],
  EISDIR: ["there is a folder of that name", "choose another name, or move that one away"],
  ENAMETOOLONG: ["the path is too long", "choose a shorter one"],
  EPIPE: ["whoever read it has closed it", "write it to a file"],
};

/** The refusal of a file system as an error that says where, why, and what to do. */
export function refusedWrite(path: string, error: unknown): DataError {
  const code = codeOf(error);
  const [why, what] = refusals[code] ?? [messageOf(error), "choose another folder"];
  const said = code === "" || why.includes(code) ? why : `${why} (${code})`;
  return new DataError(`cannot write ${path}: ${said}; ${what}`, { cause: error });
}

/** Why something could not be read, in words. */
export const whyUnread = (error: unknown): string =>
  isAbsent(error)
    ? "no such file"
    : /^(EACCES|EPERM)$/.test(codeOf(error))
      ? "no permission: ask its owner for the right to read it and its folders (chmod a+rX), or use a copy"
      : messageOf(error);

/** Whether there is nothing of that name. */
export const isAbsent = (error: unknown): boolean => codeOf(error) === "ENOENT";

const codeOf = (error: unknown): string => (Object(error) as { readonly code?: string }).code ?? "";
