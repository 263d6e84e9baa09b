/**
 * @file Remembers the last answer, but not that there was none.
 */

/**
 * A function that answers the question it was asked last without asking again, as long as it got an answer: what
 * failed once, such as reading files that were not there yet, is tried again.
 *
 * @param ask - Its question is told from others by its JSON.
 */
export function rememberLast<Question, Answer>(
  ask: (question: Question) => Promise<Answer>,
): (question: Question) => Promise<Answer> {
  let last: { readonly key: string | undefined; readonly answer: Promise<Answer> } | undefined;
  return (question) => {
    const key = JSON.stringify(question);
    if (last && last.key === key) return last.answer;
    const asked = { key, answer: ask(question) };
    last = asked;
    asked.answer.catch(() => {
      if (last === asked) last = undefined;
    });
    return asked.answer;
  };
}
