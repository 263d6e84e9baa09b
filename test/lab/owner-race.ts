/**
 * A process that wants labs whose owners are dead, one after another, says which it got, and keeps them.
 *
 *   node test/lab/owner-race.ts <lab> <lab> ...
 *
 * It is ready when it says so, and is then told when to begin, in milliseconds since 1970.
 */

import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { takeOwnership } from "../../src/store/node/owner.ts";

process.stdout.write("ready\n");
const [start] = await once(createInterface({ input: process.stdin }), "line");
for (const [index, lab] of process.argv.slice(2).entries()) {
  // All processes want the same lab at the same time.
  await sleep(Math.max(0, Number(start) + index * 40 - Date.now()));
  const isMine = await takeOwnership(lab).then(
    () => true,
    () => false,
  );
  if (isMine) process.stdout.write(`${index}\n`);
}
// Whoever has a lab must live until nobody wants it any more.
process.stdout.write("over\n");
