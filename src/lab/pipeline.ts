/**
 * @file Runs a preparation of the user's own: once on the labels as they are given, for the test itself, and on permuted
 * ones, for the pipeline check.
 */

import { DataError } from "../base/errors.ts";
import { randomStream } from "../base/random.ts";
import {
  type Dataset,
  datasetHash,
  exampleCount,
  requireClasses,
  type Splits,
  titleOf,
} from "../data/dataset.ts";
import { nameSplits } from "../data/named-splits.ts";
import { openPrepare } from "../data/node/prepare-module.ts";
import {
  type Pooled,
  type PreparedSplits,
  permutePooled,
  poolSplits,
  splitsOfPrepared,
} from "../data/prepared.ts";
import type { PipelinePlan } from "../paper/pipeline.ts";
import { type Content, contentOf } from "../run/contents.ts";
import { writeSplits } from "../run/splits.ts";
import { cropForRecipe, type Framing, splitsHash } from "../train/prepare.ts";
import type { Follows } from "../verdict/schema.ts";

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
 * Labels, which must be classes, are permuted over all examples of both splits, before the module and before any split that it makes.
 *
 * @throws DataError if the module cannot be read, throws, takes too long, returns what are no examples, other ones when it is
 *   run again, or too many.
 */
export async function runPreparation(given: Splits, options: PipelineOptions): Promise<Prepared> {
  const { prepare: path, permutations, model, firstSeed, recipe } = options;
  requireClasses(given.train, "a preparation of your own (`prepare`)");
  const module = await openPrepare(path);
  const pooled = poolSplits(given);
  const where = `\`prepare\` ${path}`;
  const make = async (run: number, own: Pooled): Promise<PreparedSplits> =>
    splitsOfPrepared(await module.run(own.data, own.labels, firstSeed, run), own, where);
  const first = await make(0, pooled);
  if ((await splitsHash((await make(0, pooled)).splits)) !== (await splitsHash(first.splits))) {
    throw new DataError(
      `${where}: expected the same examples of the same data, got others when it was run again: take random numbers from \`rng\`, and not from Math.random or the clock`,
    );
  }
  const contents: Content[] = [];
  const runs: PipelinePlan["runs"] = [];
  const keep = async (splits: Splits): Promise<Splits> => {
    const named = await nameSplits(splits, titleOf(given.train));
    const { train, test } = cropForRecipe(named, recipe);
    const hash = await splitsHash({ train, test });
    const dataset = { name: train.name, hash, train: exampleCount(train), test: exampleCount(test) };
    const content = await contentOf(writeSplits(named));
    requireRoom(content.bytes.length, permutations, where);
    contents.push(content);
    runs.push({ source: content.identity, dataset });
    return named;
  };
  const splits = await keep(first.splits);
  for (let run = 1; run <= permutations; run++) {
    const labels = permutePooled(pooled.labels, firstSeed, run);
    await keep((await make(run, { ...pooled, labels })).splits);
  }
  const follows = await followsOf(first, pooled, (own) => make(0, own));
  return {
    splits,
    plan: {
      module: { name: module.name, hash: module.hash },
      model,
      follows,
      ...(pooled.data.groups && { isGrouped: true }),
      runs,
    },
    contents,
  };
}

function requireRoom(bytes: number, permutations: number, where: string): void {
  const all = bytes * (permutations + 1);
  if (all <= MOST_BYTES) return;
  throw new DataError(
    `${where}: expected at most ${MOST_BYTES / 2 ** 30} GiB of prepared examples, got ${(all / 2 ** 30).toFixed(1)} GiB for ${permutations} permutations: ask for fewer (\`permutations\`), or for fewer examples (\`n\`)`,
  );
}

/**
 * Whether training rows become others where only the labels, or only the inputs, of test rows do, or inputs of test rows where
 * their labels do: then the preparation looks at test rows to make them. Nothing is trained for it, and it cannot be wrong
 * by chance.
 *
 * Where other rows become training rows nothing can be told: a split may follow labels, as a stratified one does, without
 * giving any away. So it is where the preparation refuses what was changed.
 */
async function followsOf(
  { splits, rows }: PreparedSplits,
  pooled: Pooled,
  make: (own: Pooled) => Promise<PreparedSplits>,
): Promise<Follows> {
  if (!rows) return { testLabels: null, testInputs: null, inBoth: null };
  const training = new Set(rows.train);
  const tested = [...new Set(rows.test)];
  const inBoth = tested.filter((row) => training.has(row)).length;
  const apart = tested.filter((row) => !training.has(row));
  const before = await datasetHash(splits.train);
  const remake = async (own: Pooled): Promise<Splits | null> => {
    // Data that nobody ever gave it may be refused, for good reasons.
    const { splits: after, rows: now } = (await make(own).catch(() => undefined)) ?? {};
    if (
      !after ||
      now?.train.length !== rows.train.length ||
      now.train.some((row, index) => row !== rows.train[index])
    )
      return null;
    return after;
  };
  const isOther = async (remade: Splits | null): Promise<boolean | null> =>
    remade && (await datasetHash(remade.train)) !== before;
  const relabeled = await remake(withLabels(pooled, apart));
  const testLabels = await isOther(relabeled);
  const labelsInInputs = testLabels === false && !sameInputs(splits.test, relabeled!.test);
  return {
    testLabels,
    testInputs: await isOther(await remake(withInputs(pooled, apart, rows.train))),
    inBoth,
    ...(labelsInInputs && { labelsInInputs }),
  };
}

/** Whether the inputs of two splits are equal, where they are as many; what is left out by its label tells nothing of others. */
const sameInputs = ({ inputs }: Dataset, { inputs: other }: Dataset): boolean =>
  inputs.length !== other.length || inputs.every((value, at) => value === other[at]);

/** Some rows' labels in another order. */
function withLabels({ data, labels }: Pooled, rows: readonly number[]): Pooled {
  const order = randomStream(0, "pipeline-follows").permutation(rows.length);
  const other = labels.slice();
  rows.forEach((row, index) => {
    other[row] = labels[rows[order[index]!]!]!;
  });
  return { data, labels: other };
}

/** Some rows with the inputs of others, drawn at random. */
function withInputs({ data, labels }: Pooled, rows: readonly number[], others: readonly number[]): Pooled {
  const random = randomStream(0, "pipeline-follows", 1);
  const size = data.inputs.length / labels.length;
  const inputs: Dataset["inputs"] = data.inputs.slice();
  for (const row of rows) {
    const from = others[random.below(others.length)]!;
    inputs.set(data.inputs.subarray(from * size, (from + 1) * size), row * size);
  }
  return { data: { ...data, inputs }, labels };
}
