/**
 * @file What a request is refused with: a status and a sentence.
 */

import type { ContentfulStatusCode } from "hono/utils/http-status";
import { DataError, messageOf, UsageError } from "../base/errors.ts";

/** A request that cannot be answered, and why. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: ContentfulStatusCode;

  constructor(status: ContentfulStatusCode, message: string) {
    super(message);
    this.status = status;
  }
}

/** The refusal of something that is not there. */
export const notFound = (what: string, name: string): Refusal =>
  new Refusal(404, `this lab has no ${what} ${JSON.stringify(name)}`);

/** SQLSTATE classes and system errors that mean: the database is not to be had just now. */
const UNAVAILABLE = /^(08|53|57P)|^E(CONN|PIPE|TIMEDOUT|HOSTUNREACH|NOTFOUND|AI_AGAIN)/;

/** What an error of the lab means for whoever asked; undefined if it is a mistake of ours. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error;
  if (error instanceof UsageError) return new Refusal(422, messageOf(error));
  if (error instanceof DataError) return new Refusal(409, messageOf(error));
  const { code, message } = Object(error) as { code?: unknown; message?: unknown };
  const isGone =
    (typeof code === "string" && UNAVAILABLE.test(code)) ||
    /connection terminated|timeout exceeded when trying to connect|database .*closed|PGlite is clos/i.test(
      String(message),
    );
  // What the driver says may name hosts and users, so it is not passed on.
  return isGone
    ? new Refusal(503, "the lab's database does not answer just now; try again in a moment")
    : undefined;
}
