/**
 * @file Runs a preparation of the user's own: once on the labels as they are given, for the test itself, and on permuted
 * ones, for the pipeline check.
 */

import { DataError } from "../base/errors.ts";
import { exampleCount, type Splits, titleOf } from "../data/dataset.ts";
import { openPrepare } from "../data/node/prepare-module.ts";
import { nameSplits } from "../data/node/read-data.ts";
import { permutePooled, poolSplits, splitsOfPrepared } from "../data/prepared.ts";
import type { PipelinePlan } from "../paper/pipeline.ts";
import { type Content, contentOf } from "../run/contents.ts";
import { writeSplits } from "../run/splits.ts";
import { cropForRecipe, type Framing, splitsHash } from "../train/prepare.ts";

/** What is asked of a preparation. */
export interface PipelineOptions {
  /** Path of the module. */
  readonly prepare: string;
  /** Number of permutations of the check. */
  readonly permutations: number;
  /** Name of the model that the check trains. */
  readonly model: string;
  /** Seed of the permutations and of the module's random numbers. */
  readonly firstSeed: number;
  /** Says how examples reach the network. */
  readonly recipe: Framing;
}

/** What a preparation made. */
export interface Prepared {
  /** Of the labels as they are given. */
  readonly splits: Splits;
  readonly plan: PipelinePlan;
  /** The examples of every run. */
  readonly contents: readonly Content[];
}

/** Bytes of all runs together. */
const MOST_BYTES = 2 * 2 ** 30;

/**
 * Run a preparation.
 *
 * Labels are permuted over all examples of both splits, before the module and before any split that it makes.
 *
 * @throws DataError if the module cannot be read, throws, takes too long, returns what are no examples, other ones when it is
 *   run again, or too many.
 */
export async function runPreparation(given: Splits, options: PipelineOptions): Promise<Prepared> {
  const { prepare: path, permutations, model, firstSeed, recipe } = options;
  const module = await openPrepare(path);
  const { data, labels } = poolSplits(given);
  const where = `\`prepare\` ${path}`;
  const make = async (run: number): Promise<Splits> => {
    const own = permutePooled(labels, firstSeed, run);
    const answer = await module.run(data, own, firstSeed, run);
    const { splits } = splitsOfPrepared(answer, { data, labels: own }, where);
    return await nameSplits(splits, titleOf(given.train));
  };
  const splits = await make(0);
  if ((await splitsHash(await make(0))) !== (await splitsHash(splits))) {
    throw new DataError(
      `${where}: expected the same examples of the same data, got others when it was run again: take random numbers from \`rng\`, and not from Math.random or the clock`,
    );
  }
  const contents: Content[] = [];
  const runs: PipelinePlan["runs"] = [];
  for (let run = 0; run <= permutations; run++) {
    const one = run === 0 ? splits : await make(run);
    const { train, test } = cropForRecipe(one, recipe);
    const dataset = {
      name: one.train.name,
      hash: await splitsHash({ train, test }),
      train: exampleCount(train),
      test: exampleCount(test),
    };
    const content = await contentOf(writeSplits(one));
    contents.push(content);
    runs.push({ source: content.identity, dataset });
    requireRoom(content.bytes.length, permutations, where);
  }
  return { splits, plan: { module: { name: module.name, hash: module.hash }, model, runs }, contents };
}

function requireRoom(bytes: number, permutations: number, where: string): void {
  const all = bytes * (permutations + 1);
  if (all <= MOST_BYTES) return;
  throw new DataError(
    `${where}: expected at most ${MOST_BYTES / 2 ** 30} GiB of prepared examples, got ${(all / 2 ** 30).toFixed(1)} GiB for ${permutations} permutations: ask for fewer (\`permutations\`), or for fewer examples (\`n\`)`,
  );
}
