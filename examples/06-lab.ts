/**
 * A lab from a script: plan an experiment, work until it is done, ask the database, read the figure.
 *
 *   node examples/06-lab.ts [folder] [postgres://...]
 */

import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLab } from "../src/lab.ts";

const [folder = mkdtempSync(join(tmpdir(), "shatter-lab-")), databaseUrl] = process.argv.slice(2);
await using lab = await openLab({ lab: folder, databaseUrl });
const { id, trials, done } = await lab.start({ name: "figure-1c", scale: "smoke", models: ["linear"] });
console.log(`${id}: ${trials} trials, ${done} of them done before`);

// Any number of processes, on any number of machines, may do this at once when the lab is on a server.
await lab.work({
  onEvent: (event) => event.type === "ended" && console.log(event.trial.id, event.result.status),
});

console.table((await lab.status()).experiments.map(({ states }) => states));
const { trials: results, claims } = await lab.document(id);
console.table(results.map(({ spec, result }) => ({ corrupt: spec.corrupt, test: result.testAccuracy })));
console.log(claims[0]!.evidence);
