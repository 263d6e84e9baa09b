/**
 * @file The Gram matrix of random convolutional features: from images to the matrix, kept in a folder on the way.
 */

import { UsageError } from "../../base/errors.ts";
import type { Json } from "../../base/json.ts";
import { type Dataset, exampleCount } from "../../data/dataset.ts";
import type { Engine } from "../../train/engine.ts";
import { accumulateGram, type GramOptions } from "../features/gram.ts";
import { blocksDone, createGramState, type Gram } from "../features/gram-state.ts";
import { describeRandomConv, type RandomConvSettings, randomConvBlocks } from "../features/random-conv.ts";
import { openGramFolder } from "./gram-files.ts";

/** Options of {@link randomConvGram}. */
export interface RandomConvGramOptions extends Omit<GramOptions, "state" | "keeper" | "filters"> {
  /** Where to keep the matrix, to go on from; nowhere unless told. */
  readonly folder?: string | undefined;
}

/**
 * Add up the Gram matrix of random convolutional features.
 *
 * A folder that holds the matrix of fewer filters, in whole blocks, is gone on from.
 *
 * @returns The matrix, and what `onFilters` answered by number of filters, in earlier runs as well.
 * @throws UsageError if images or settings make no features, or the folder holds another matrix.
 * @throws DataError if a pixel is not finite, or the folder is damaged.
 */
export async function randomConvGram(
  engine: Engine,
  train: Dataset,
  tests: Dataset,
  settings: RandomConvSettings,
  { folder, ...options }: RandomConvGramOptions = {},
): Promise<{ readonly gram: Gram; readonly answers: ReadonlyMap<number, Json> }> {
  const [n, m] = [exampleCount(train), exampleCount(tests)];
  const keeper =
    folder === undefined
      ? undefined
      : await openGramFolder(folder, await describeRandomConv(train, tests, settings), n, m);
  const state = keeper?.state ?? createGramState(n, m);
  const there = Math.max(...state.parts.map(({ filters }) => filters));
  if (there > settings.filters) {
    throw new UsageError(
      `${folder}: expected the Gram matrix of at most ${settings.filters} filters, got ${there}; ask for as many, or choose another folder`,
    );
  }
  const { filters } = settings;
  const blocks = randomConvBlocks(engine, train, tests, settings, {
    from: blocksDone(state),
    signal: options.signal,
  });
  const gram = await accumulateGram(engine, blocks, n, m, { ...options, state, keeper, filters });
  return { gram, answers: state.answers };
}
