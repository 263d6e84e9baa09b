/**
 * @file Asking the server: JSON there and back, and its errors as errors.
 */

import type { ErrorAnswer } from "../web/api.ts";
import { mounted } from "./base-path.ts";

/** The server answered, and said no. */
export class AnswerError extends Error {
  override readonly name = "AnswerError";

  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * Get a document.
 *
 * @throws AnswerError if the server refuses, TypeError if it cannot be reached.
 */
export const getJson = async <T>(path: string): Promise<T> =>
  readAnswer<T>(await fetch(mounted(path), { headers: { accept: "application/json" } }));

/**
 * Ask for an action.
 *
 * @throws AnswerError if the server refuses, TypeError if it cannot be reached.
 */
export const postJson = async <T>(path: string, body: unknown = {}): Promise<T> =>
  readAnswer<T>(
    await fetch(mounted(path), {
      method: "POST",
      headers: { accept: "application/json", "content-type": "application/json" },
      body: JSON.stringify(body),
    }),
  );

/**
 * Give a file.
 *
 * @throws AnswerError if the server refuses, TypeError if it cannot be reached.
 */
export const postFile = async <T>(path: string, file: Blob): Promise<T> =>
  readAnswer<T>(
    await fetch(mounted(path), {
      method: "POST",
      headers: { accept: "application/json", "content-type": "application/octet-stream" },
      body: file,
    }),
  );

async function readAnswer<T>(response: Response): Promise<T> {
  if (response.ok) return (await response.json()) as T;
  const answer = (await response.json().catch(() => null)) as ErrorAnswer | null;
  throw new AnswerError(
    response.status,
    answer?.error ?? `the server answered ${response.status} ${response.statusText}`.trim(),
  );
}

/** What went wrong, for people. */
export const sayError = (error: unknown): string =>
  error instanceof TypeError
    ? "The server cannot be reached."
    : error instanceof Error
      ? error.message
      : String(error);
