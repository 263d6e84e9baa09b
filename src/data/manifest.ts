/**
 * @file What a randomization did, as arrays for use elsewhere: which examples, which labels, which pixels went where; and their
 * hashes, by which anybody can tell that they have the same.
 */

import { z } from "zod";
import { DataError } from "../base/errors.ts";
import { canonicalJson, sha256 } from "../base/json.ts";
import { whole } from "../base/limits.ts";
import { showSizes } from "./array.ts";
import { type Dataset, datasetHash, exampleCount, exampleShape, hasNumbers, type Splits } from "./dataset.ts";
import { pixelLayout } from "./layout.ts";
import { type NumberArray, parseNpy, writeNpy } from "./npy.ts";
import { crop, PAPER_CROP } from "./preprocess.ts";
import { inputsNames, labelsNames, type SplitName } from "./randomization.ts";
import { randomize } from "./randomize.ts";
import { randomOrder, shuffledOrder } from "./randomized-inputs.ts";
import { type PartOptions, partOf } from "./subset.ts";
import { listZip, writeZip } from "./zip.ts";

/** Most bytes of all arrays: what Node reads at once. */
const MOST_BYTES = 2 ** 31 - 1;

/** What is asked of a manifest. */
export interface ManifestRequest extends Pick<PartOptions, "n" | "testN"> {
  readonly inputs: (typeof inputsNames)[number];
  /** Probability that a label is corrupted. */
  readonly corrupt: number;
  readonly labels: (typeof labelsNames)[number];
  readonly seed: number;
  /** Whether images are cut to the paper's middle 28 x 28 before anything else, or to their central 87.5 %. */
  readonly crop: boolean | "central";
}

const hash = z.string().regex(/^[0-9a-f]{64}$/);

/** What stands in the array `manifest`, as JSON. */
const manifestSchema = z.object({
  schema: z.literal("shatter/manifest@1"),
  data: z.object({
    name: z.string(),
    /** SHA-256 of the examples used, before randomization: that of a trial's spec. */
    hash,
    /** SHA-256 of them randomized: the `dataHash` of a trial's result. */
    randomizedHash: hash,
    /** Number of examples there are, of which `n` and `testN` are used. */
    train: whole(1),
    test: whole(1),
    /** Of one example as it is randomized: `[channels, height, width]` or `[columns]`. */
    shape: z.array(whole(0)),
    classNames: z.array(z.string()),
  }),
  request: z.strictObject({
    n: whole(1),
    testN: whole(1),
    inputs: z.enum(inputsNames),
    corrupt: z.number().min(0).max(1),
    labels: z.enum(labelsNames),
    seed: whole(0),
    crop: z.union([z.boolean(), z.literal("central")]),
  }),
  arrays: z.record(z.string(), z.object({ type: z.string(), shape: z.array(whole(0)), sha256: hash })),
});

/** What a manifest says beside its arrays. */
export type ManifestFacts = z.infer<typeof manifestSchema>;

/** Arrays by name, and what they are. */
export interface Manifest {
  readonly facts: ManifestFacts;
  readonly arrays: ReadonlyMap<string, NumberArray>;
}

/**
 * Make the manifest of a randomization.
 *
 * `train_index` and `test_index` say which examples are used, in which order; `train_labels`, `test_labels` their labels,
 * the first randomized, `train_labels_true` those before and `test_labels_corrupted` the test's, corrupted alike; `pixel_order` of shuffled
 * inputs, `[pixels]`, and `train_pixel_orders` and `test_pixel_orders` of random ones, `[examples, pixels]`, which pixel of an
 * example comes to each place, in all channels alike. Where targets are numbers, labels are places in `values`; where there are
 * groups, `train_groups` and `test_groups` say them.
 *
 * @param splits - All examples, whole.
 * @throws DataError for Gaussian inputs, which are no permutation, numbers that would be redrawn, or arrays beyond 2 GiB.
 */
export async function makeManifest(splits: Splits, request: ManifestRequest): Promise<Manifest> {
  const { inputs, seed } = request;
  if (inputs === "gaussian") {
    throw new DataError(
      "manifest: expected inputs true, shuffled or random, got gaussian: these are noise, not a permutation of what there is",
    );
  }
  if (hasNumbers(splits.train) && request.labels === "redraw" && request.corrupt > 0) {
    throw new DataError(
      "manifest: expected targets that are numbers to change places, got a request to redraw them: say `labels` permute",
    );
  }
  const part = { n: request.n, testN: request.testN };
  const taken = partOf(splits, part);
  const middle = request.crop === "central" ? request.crop : PAPER_CROP;
  const used = request.crop ? { train: crop(taken.train, middle), test: crop(taken.test, middle) } : taken;
  const [n, testN] = [exampleCount(used.train), exampleCount(used.test)];
  const { pixels } = pixelLayout(used.train);
  const bytes = inputs === "random" ? (n + testN) * pixels * (pixels > 2 ** 16 ? 4 : 2) : 0;
  if (bytes > MOST_BYTES) {
    throw new DataError(
      `manifest: expected at most ${MOST_BYTES} bytes, got ${bytes} for a permutation of ${pixels} pixels of each of ${n + testN} examples; take fewer (\`n\`, \`testN\`)`,
    );
  }
  const randomized = randomize(used, request, seed);
  const indices = partOf({ train: places(splits.train), test: places(splits.test) }, part);
  const arrays = new Map<string, NumberArray>([
    ["train_index", { shape: [n], values: indices.train.labels }],
    ["test_index", { shape: [testN], values: indices.test.labels }],
    ["train_labels", { shape: [n], values: randomized.train.labels }],
    ["train_labels_true", { shape: [n], values: used.train.labels }],
    ["test_labels", { shape: [testN], values: used.test.labels }],
    ["test_labels_corrupted", { shape: [testN], values: randomized.testLabelsCorrupted }],
  ]);
  for (const split of ["train", "test"] as const) {
    const { groups } = used[split];
    if (groups) arrays.set(`${split}_groups`, { shape: [groups.length], values: groups });
  }
  const { values: numbers } = used.train;
  if (numbers) arrays.set("values", { shape: [numbers.length], values: numbers });
  if (inputs === "shuffled") {
    arrays.set("pixel_order", { shape: [pixels], values: narrow(shuffledOrder(used.train, seed), pixels) });
  }
  if (inputs === "random") {
    arrays.set("train_pixel_orders", orders(used.train, "train", seed));
    arrays.set("test_pixel_orders", orders(used.test, "test", seed));
  }
  const described = await Promise.all(
    [...arrays].map(async ([name, array]) => [name, await describe(array)] as const),
  );
  return {
    arrays,
    facts: {
      schema: "shatter/manifest@1",
      data: {
        name: splits.train.name,
        hash: await hashOf(used),
        randomizedHash: await hashOf(randomized),
        train: exampleCount(splits.train),
        test: exampleCount(splits.test),
        shape: [...exampleShape(used.train)],
        classNames: [...used.train.classNames],
      },
      request: { ...request, n, testN },
      arrays: Object.fromEntries(described),
    },
  };
}

const hashOf = async ({ train, test }: Splits): Promise<string> =>
  sha256(await datasetHash(train), await datasetHash(test));

/** A dataset whose labels are the places of its examples: of a part of it, they say which were taken. */
const places = ({ name, title, shape }: Dataset): Dataset => ({
  name,
  title,
  inputs: new Uint8Array(0),
  shape: [shape[0]!, 0],
  labels: Int32Array.from({ length: shape[0]! }, (_, index) => index),
  classNames: [],
});

/** Numbers below a bound, in 16 bits where they fit. */
const narrow = (values: Uint32Array, bound: number): Uint16Array | Uint32Array =>
  bound <= 2 ** 16 ? Uint16Array.from(values) : values;

function orders(dataset: Dataset, split: SplitName, seed: number): NumberArray {
  const { pixels } = pixelLayout(dataset);
  const count = exampleCount(dataset);
  const values = pixels <= 2 ** 16 ? new Uint16Array(count * pixels) : new Uint32Array(count * pixels);
  for (let index = 0; index < count; index++) {
    values.set(randomOrder(dataset, split, seed, index), index * pixels);
  }
  return { shape: [count, pixels], values };
}

const describe = async (array: NumberArray) => ({
  type: typeName(array),
  shape: [...array.shape],
  sha256: await sha256(bytesOf(array)),
});

const bytesOf = ({ values }: NumberArray): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

function typeName({ values }: NumberArray): string {
  if (values instanceof Float64Array) return "float64";
  return values instanceof Int32Array ? "int32" : values instanceof Uint16Array ? "uint16" : "uint32";
}

/** A manifest as an NPZ archive, which NumPy loads; the same manifest gives the same bytes. */
export const writeManifest = ({ facts, arrays }: Manifest): Uint8Array =>
  writeZip([
    ["manifest.npy", writeNpy({ shape: [], values: [canonicalJson(facts)] })],
    ...[...arrays].map(([name, array]) => [`${name}.npy`, writeNpy(array)] as const),
  ]);

/** A manifest as it was read. */
export interface ReadManifest {
  readonly facts: ManifestFacts;
  /** Arrays by name, as numbers. */
  readonly arrays: ReadonlyMap<
    string,
    { readonly shape: readonly number[]; readonly values: ArrayLike<number> }
  >;
}

/**
 * Read a manifest.
 *
 * @param where - The file to blame.
 * @throws DataError if it is none, or its arrays are not those that it lists.
 */
export async function readManifest(bytes: Uint8Array, where: string): Promise<ReadManifest> {
  const entries = listZip(bytes, { entries: 100, bytes: MOST_BYTES }, where);
  const read = async (name: string) => {
    const entry = entries.find((each) => each.name === `${name}.npy`);
    if (!entry) {
      throw new DataError(
        `${where}: expected an array ${name}, got ${entries.map((each) => each.name).join(", ")}`,
      );
    }
    return parseNpy(await entry.read(), `${where}: ${name}`);
  };
  const facts = factsOf((await read("manifest")).values, where);
  const arrays: [string, { shape: readonly number[]; values: ArrayLike<number> }][] = [];
  for (const [name, { type, shape, sha256: expected }] of Object.entries(facts.arrays)) {
    const array = await read(name);
    const values = typedAs(type, array.values as ArrayLike<number>);
    if (array.type !== type || showSizes(array.shape) !== showSizes(shape) || !values) {
      throw new DataError(
        `${where}: ${name}: expected ${showSizes(shape)} of ${type}, got ${showSizes(array.shape)} of ${array.type}`,
      );
    }
    const got = await sha256(bytesOf({ shape, values }));
    if (got !== expected) {
      throw new DataError(
        `${where}: ${name}: expected numbers of the hash ${expected}, got ${got}: they were changed`,
      );
    }
    arrays.push([name, { shape, values }]);
  }
  return { facts, arrays: new Map(arrays) };
}

function typedAs(type: string, values: ArrayLike<number>): NumberArray["values"] | undefined {
  if (type === "int32") return Int32Array.from(values);
  if (type === "float64") return Float64Array.from(values);
  if (type === "uint16") return Uint16Array.from(values);
  return type === "uint32" ? Uint32Array.from(values) : undefined;
}

function factsOf(values: unknown, where: string): ManifestFacts {
  let said: unknown;
  try {
    said = JSON.parse(String(Array.isArray(values) ? values[0] : ""));
  } catch {
    said = undefined;
  }
  const { data, error } = manifestSchema.safeParse(said);
  if (data) return data;
  const [issue] = error.issues;
  throw new DataError(
    `${where}: expected a manifest, as shatter data manifest writes it, got none: ${["manifest", ...issue!.path].join(".")}: ${issue!.message}`,
  );
}

/**
 * Make a manifest again of the same data, and compare.
 *
 * @param splits - All examples, whole.
 * @throws DataError naming what differs.
 */
export async function verifyManifest(read: ReadManifest, splits: Splits, where: string): Promise<Manifest> {
  const { facts, arrays } = read;
  const { train, test } = facts.data;
  const counts = [splits.train, splits.test].map(exampleCount);
  if (counts[0] !== train || counts[1] !== test) {
    throw new DataError(
      `${where}: expected data of ${train} training and ${test} test examples, got ${counts[0]} and ${counts[1]}`,
    );
  }
  const again = await makeManifest(splits, facts.request);
  if (again.facts.data.hash !== facts.data.hash) {
    throw new DataError(
      `${where}: expected data of the hash ${facts.data.hash}, got ${again.facts.data.hash}: the examples are others`,
    );
  }
  for (const [name, { values }] of again.arrays) {
    const given = arrays.get(name);
    if (!given) throw new DataError(`${where}: expected an array ${name}, got none`);
    const at = values.findIndex((value, place) => value !== given.values[place]);
    if (at >= 0 || values.length !== given.values.length) {
      throw new DataError(
        `${where}: ${name}: expected ${values[at]} at ${at}, as seed ${facts.request.seed} gives it, got ${given.values[at]}`,
      );
    }
  }
  if (again.facts.data.randomizedHash !== facts.data.randomizedHash) {
    throw new DataError(
      `${where}: expected randomized data of the hash ${facts.data.randomizedHash}, got ${again.facts.data.randomizedHash}`,
    );
  }
  return again;
}
