/**
 * A program that writes checkpoints into a folder with too little space for the second, and says what is there.
 *
 *   node test/lab/full-disk.ts <folder on a disk of 256 KiB>
 */

import { readdirSync } from "node:fs";
import { openCheckpoints } from "../../src/run/node/checkpoints.ts";
import { checkpointOf, TRIAL } from "../run/checkpoint-fixture.ts";

const folder = process.argv[2]!;
const warnings: string[] = [];
const warn = (text: string): void => void warnings.push(text);
const checkpoints = openCheckpoints({ folder, seconds: 0 }, "the test");
for (const [step, elements] of [
  [1, 10_000],
  [2, 100_000],
  [3, 100_000],
] as const)
  await checkpoints.write(checkpointOf(step, { elements }), warn);
const found = await checkpoints.read(TRIAL, warn);
process.stdout.write(JSON.stringify({ found: found?.step, names: readdirSync(folder), warnings }));
