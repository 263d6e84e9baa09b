/**
 * @file How many examples this process may hold, and what becomes of more where nothing can be kept.
 */

import { totalmem } from "node:os";
import { showBytes } from "../../base/bytes.ts";
import { DataError } from "../../base/errors.ts";
import type { DataOptions, ReadData } from "../data-options.ts";
import type { ExampleSplits } from "../dataset.ts";
import { heldBytes, type SplitsStore, type StreamingReader } from "../planned.ts";

/** Share of this machine's memory that examples may take as float32, unless told. */
const MEMORY_SHARE = 0.25;

/** Bytes of examples that are held unless told: a quarter of what this process may use. */
export const usualMemory = (): number =>
  Math.floor(MEMORY_SHARE * Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY));

/** No store: more than may be held is refused. Pixels take a byte here, not the four of training. */
export const heldOnly = (memory: number = 4 * usualMemory()): SplitsStore => ({
  memory,
  write: async ({ title, shape, train, test }) => {
    const count = train.labels.length + test.labels.length;
    throw new DataError(
      `${title}: ${count} examples of ${shape.join(" x ")} would take ${showBytes(heldBytes(count, shape))} as a network is given them: expected at most ${showBytes(memory)} where all are held; say a smaller \`size\``,
    );
  },
  find: async () => undefined,
  remember: async () => {},
});

/** A reader that holds all examples where it is given no store. */
export const streaming = (
  read: (path: string, options: DataOptions, store: SplitsStore) => Promise<ReadData<ExampleSplits>>,
): StreamingReader =>
  ((path: string, options: DataOptions, store: SplitsStore = heldOnly()) =>
    read(path, options, store)) as StreamingReader;
