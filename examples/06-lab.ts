/**
 * A lab from a script: plan an experiment, work until it is done, ask the database, read the figure.
 *
 *   node examples/06-lab.ts [folder] [postgres://...]
 */

import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { labStatus, openLab, workIn } from "../src/index.ts";

const [folder = mkdtempSync(join(tmpdir(), "shatter-lab-")), databaseUrl] = process.argv.slice(2);
await using lab = await openLab({ lab: folder, databaseUrl });
const { id, trials, done } = await lab.start({ name: "figure-1c", scale: "smoke", models: ["linear"] });
console.log(`${id}: ${trials} trials, ${done} of them done before`);

// Any number of processes, on any number of machines, may do this at once when the lab is on a server.
await workIn(lab, {
  checkpoints: lab.checkpoints,
  untilIdle: true,
  signal: new AbortController().signal,
  onEvent: (event) => event.type === "ended" && console.log(event.trial.id, event.result.status),
});

console.table((await labStatus(lab.database)).experiments.map(({ states }) => states));
const best = await lab.database.tables
  .selectFrom("results")
  .innerJoin("trials", "trials.id", "results.trial_id")
  .select(["corrupt", "results.test_accuracy"])
  .orderBy("corrupt")
  .execute();
console.table(best);
console.log((await lab.document(id)).claims[0]!.evidence);
