/**
 * @file What must be true of a lab after its faults.
 */

import { openLab } from "../../src/lab/open.ts";
import type { PlannedExperiment } from "../../src/lab/plan-experiment.ts";
import { trialResultSchema } from "../../src/run/trial-result.ts";

/** What a lab has. */
export interface Verdict {
  /** Hash of each trial's result. */
  readonly hashes: ReadonlyMap<string, string>;
  /** What is not as it must be, a sentence each. */
  readonly wrongs: readonly string[];
  /** How its attempts ended, and how many there were. */
  readonly attempts: ReadonlyMap<string, number>;
}

/**
 * Open a lab and look at everything in it.
 *
 * @param reference - Hashes of the results without faults; undefined for the run that makes them.
 */
export async function verify(
  place: { readonly lab: string; readonly databaseUrl?: string | undefined },
  { trials }: PlannedExperiment,
  reference: ReadonlyMap<string, string> | undefined,
): Promise<Verdict> {
  await using lab = await openLab(place);
  const { tables } = lab.database;
  const wrongs: string[] = [];
  const expect = (isTrue: boolean, says: string): void => {
    if (!isTrue) wrongs.push(says);
  };

  const results = await tables.selectFrom("results").selectAll().execute();
  expect(results.length === trials.length, `expected ${trials.length} results, got ${results.length}`);
  const hashes = new Map(results.map(({ trial_id, hash }) => [trial_id, hash]));
  for (const { id } of trials) {
    const hash = hashes.get(id);
    expect(hash !== undefined, `trial ${id}: its result is lost`);
    if (reference)
      expect(hash === reference.get(id), `trial ${id}: its result is another than without faults`);
  }

  const epochs = await tables.selectFrom("epochs").selectAll().orderBy("epoch").execute();
  for (const { trial_id, document } of results) {
    const { history } = trialResultSchema.parse(document).result;
    const rows = epochs.filter((row) => row.trial_id === trial_id);
    const isSame = history.every((row, index) => {
      const kept = rows[index];
      return kept?.epoch === row.epoch && kept.train_loss === row.trainLoss;
    });
    expect(
      isSame && rows.length === history.length,
      `trial ${trial_id}: its history in the table is another`,
    );
  }

  const attempts = await tables.selectFrom("attempts").select(["trial_id", "number", "state"]).execute();
  const ends = new Map<string, number>();
  for (const { state } of attempts) ends.set(state, (ends.get(state) ?? 0) + 1);
  const states = await tables.selectFrom("trials").select(["id", "state", "attempts"]).execute();
  for (const trial of states) {
    const own = attempts.filter(({ trial_id }) => trial_id === trial.id);
    const done = own.filter(({ state }) => state === "done");
    expect(trial.state === "done", `trial ${trial.id}: expected it done, it is ${trial.state}`);
    expect(done.length === 1, `trial ${trial.id}: ${done.length} attempts brought its result`);
    expect(
      !own.some(({ state }) => state === "running"),
      `trial ${trial.id}: an attempt seems to be running`,
    );
    expect(own.length === trial.attempts, `trial ${trial.id}: ${own.length} of ${trial.attempts} attempts`);
    const [one] = done;
    const result = results.find(({ trial_id }) => trial_id === trial.id);
    expect(one?.number === result?.attempt, `trial ${trial.id}: its result is of another attempt`);
  }
  const checkpoints = await tables.selectFrom("checkpoints").select("trial_id").execute();
  expect(checkpoints.length === 0, `${checkpoints.length} checkpoints of trials that are done`);
  expect((await lab.queue.active()).length === 0, "jobs seem to be worked on");
  return { hashes, wrongs, attempts: ends };
}
