/**
 * @file The command that computes a theory, in words.
 */

import type { TheoryResult } from "../../theory/theory-result.ts";

/** `shatter theory kernel`; the range test of the learning rate is a command of its own. */
export const commandOf = ({ name }: Pick<TheoryResult, "name">): string =>
  name === "lr" ? "shatter lr" : `shatter theory ${name}`;
