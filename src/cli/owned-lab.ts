/**
 * @file Asks the process that has a lab in a folder open, by its dashboard, instead of opening the lab beside it.
 */

import { DataError, messageOf, UsageError } from "../base/errors.ts";
import { ownersAddress } from "../store/open-owner.ts";
import { databaseUrlOf, type LabOptions } from "./lab-options.ts";

/** The dashboard of a lab's owner. */
export interface OwnerConnection {
  get<T>(path: string): Promise<T>;
  post<T>(path: string): Promise<T>;
}

/** How long it may take to answer, in milliseconds. */
const ANSWER_MS = 10_000;

/** The owner of a lab in a folder; undefined if nobody has it open, or it is on a server. */
export async function findOwner(options: LabOptions): Promise<OwnerConnection | undefined> {
  if (databaseUrlOf(options) !== undefined) return undefined;
  const address = await ownersAddress(options.lab);
  if (address === undefined) return undefined;
  const ask = async <T>(method: "GET" | "POST", path: string): Promise<T> => {
    let status: number;
    let answer: { readonly error?: string };
    try {
      const response = await fetch(new URL(path, address), {
        method,
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      status = response.status;
      answer = (await response.json()) as { readonly error?: string };
    } catch (error) {
      throw new DataError(
        `lab ${options.lab}: the process that has it open does not answer at ${address}: ${messageOf(error)}`,
      );
    }
    if (status === 401) {
      throw new UsageError(
        `lab ${options.lab}: the process that has it open asks for a token; use its dashboard at ${address}`,
      );
    }
    if (status >= 400) throw new UsageError(answer.error ?? `${address}${path}: ${status}`);
    return answer as T;
  };
  return { get: (path) => ask("GET", path), post: (path) => ask("POST", path) };
}
