/**
 * A process that wants labs whose owners are dead, one after another, says which it got, and keeps them.
 *
 *   node test/lab/owner-race.ts <time to begin at, in milliseconds since 1970> <lab> <lab> ...
 */

import { setTimeout as sleep } from "node:timers/promises";
import { takeOwnership } from "../../src/store/node/owner.ts";

const [start, ...labs] = process.argv.slice(2);
for (const [index, lab] of labs.entries()) {
  // All processes want the same lab at the same time.
  await sleep(Math.max(0, Number(start) + index * 40 - Date.now()));
  const isMine = await takeOwnership(lab).then(
    () => true,
    () => false,
  );
  if (isMine) process.stdout.write(`${index}\n`);
}
process.stdout.write("over\n");
// Whoever has a lab must live until nobody wants it any more.
process.stdin.resume();
