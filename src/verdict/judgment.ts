/**
 * @file What a judge says of one question.
 */

/** An answer, why, and what to do next. */
export interface Judgment<Answer extends string> {
  readonly answer: Answer;
  readonly reasons: readonly string[];
  readonly next: string;
}

/** No answer yet. */
export const undecided = (next: string, ...reasons: string[]): Judgment<"inconclusive"> => ({
  answer: "inconclusive",
  reasons,
  next,
});
