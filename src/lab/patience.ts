/**
 * @file Waiting for a database that does not answer: training goes on meanwhile.
 */

import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "../base/errors.ts";
import { isPassing, remedyOf } from "../store/database.ts";

/** How long to wait for a database that does not answer, in milliseconds. */
const PATIENT_MS = 1000;

/** Does something with the database, again and again as long as it fails for a reason that passes. */
export type Patiently = <T>(action: () => Promise<T>) => Promise<T>;

/** How long an interrupted worker waits for a database that does not answer, in milliseconds. */
const LAST_PATIENCE_MS = 5000;

/** Patience until the signal, and a little longer. */
export function createPatience(signal: AbortSignal, onWarning: (message: string) => void): Patiently {
  let isWarned = false;
  return async (action) => {
    let abortedAt: number | undefined;
    for (;;) {
      try {
        const answer = await action();
        if (isWarned) onWarning("the database answers again");
        isWarned = false;
        return answer;
      } catch (error) {
        if (!isPassing(error)) throw error;
        if (signal.aborted) abortedAt ??= performance.now();
        if (abortedAt !== undefined && performance.now() - abortedAt > LAST_PATIENCE_MS) throw error;
        if (!isWarned) {
          onWarning(
            `the database does not answer: ${remedyOf(error) ?? messageOf(error)}; training goes on, and what it learns is kept until then`,
          );
        }
        isWarned = true;
        await sleep(PATIENT_MS);
      }
    }
  };
}
