/**
 * @file From identities to things: the one place where what a spec names becomes a model and examples. The identity of
 * what comes with Shatter is its name, that of what was given as a value the hash of its bytes. Whatever lies below
 * knows values only.
 */

import { rememberLast } from "../base/remember.ts";
import type { OnRead, ReadData } from "../data/data-options.ts";
import type { ExampleSplits, Splits } from "../data/dataset.ts";
import type { LoadOptions } from "../data/node/load.ts";
import { planOf, type SplitsStore, splitsBytes } from "../data/planned.ts";
import { datasets, findDataset, type KnownDataset } from "../data/registry.ts";
import { hold, requireHeld } from "../data/streamed.ts";
import { partOf } from "../data/subset.ts";
import type { Model } from "../nn/model.ts";
import { familyPattern, findModel, modelNamed, models, usualInitialization } from "../nn/models.ts";
import { readNetwork, writeNetwork } from "../nn/network.ts";
import { cropForRecipe, type Framing, networkShape } from "../train/prepare.ts";
import type { TrialSpec } from "../train/spec.ts";
import type { Subject } from "../train/trial.ts";
import {
  type AnyContent,
  bytesOf,
  contentOf,
  isContent,
  type ReadContent,
  requireContent,
} from "./contents.ts";
import { modelOfFile, settingsOf } from "./model-file.ts";
import type { DataSource } from "./runner.ts";
import { readSplits, writeSplits } from "./splits.ts";

export { familyPattern, usualInitialization };

/** The names of all models and of all datasets that come with Shatter, in the order they are listed. */
export const modelNames: readonly string[] = [...models.keys()];
export const datasetNames: readonly string[] = datasets.map(({ name }) => name);

/** The model that comes with Shatter under a name; undefined if none does. */
export const knownModel = (name: string): Model | undefined => modelNamed(name);

/** Whether a text is the path of a model file, and no name; after a question mark it may say how the file is read. */
export const isModelPath = (text: string): boolean => /\.onnx(\?|$)/i.test(text);

/** Whether a text is the path of data, and no name: names have no slash, dot or question mark. */
export const isDataPath = (text: string): boolean => /[\\/.?]/.test(text);

/** Gives the things that identities stand for. */
export interface Library {
  /**
   * @throws UsageError with the name that was probably meant, if there is no model of this one.
   * @throws DataError if it was given as a value, and its bytes are not here or no network.
   */
  model(identity: string): Promise<Model>;
  /**
   * The examples of a source, uncropped; its name may also be a path.
   *
   * @throws UsageError if the name is unknown, or more examples are wanted than there are.
   * @throws DataError if its files or bytes are missing or not what they should be.
   */
  splits(source: DataSource): Promise<ExampleSplits>;
  /** What a trial is about: the model of its spec, and the examples of a source, uncropped. */
  subject(spec: Pick<TrialSpec, "model">, source: DataSource): Promise<Subject>;
}

/** What a library is made of. */
export interface LibraryOptions {
  /** Reads or draws the examples of a dataset, where that is possible: a browser has no files. */
  readonly load: (known: KnownDataset, options: LoadOptions) => Promise<Splits>;
  /** Reads what was given as a value; nothing was unless told. */
  readonly read?: ReadContent | undefined;
  /** Reads a model file from its path, where that is possible. */
  readonly readFile?: ((path: string) => Promise<Uint8Array>) | undefined;
  /** Reads the examples at a path, where that is possible. */
  readonly readData?: ((path: string, store: SplitsStore) => Promise<ReadData<ExampleSplits>>) | undefined;
  /** Told what was read at a path, and how it was understood. */
  readonly onRead?: OnRead | undefined;
  /** Opens examples that were given as a value as a file, where they may be more than may be held; undefined if there is none. */
  readonly openFile?: ((identity: string, memory: number) => Promise<ExampleSplits | undefined>) | undefined;
  /** Where examples go that are more than may be held; all are held, where there is none. */
  readonly openStore?: ((memory: number | undefined) => SplitsStore) | undefined;
  /** Whether the last examples are kept, for trials that share them; not unless told. */
  readonly keepsLast?: boolean;
}

/** Open a library. */
export function createLibrary(options: LibraryOptions): Library {
  const {
    load,
    read = async () => undefined,
    readFile,
    readData,
    onRead,
    openFile,
    openStore,
    keepsLast = false,
  } = options;
  const model = async (identity: string): Promise<Model> => {
    if (isContent(identity)) {
      const bytes = await requireContent(read, "model", identity);
      return isNetwork(bytes) ? readNetwork(bytes) : await modelOfFile(bytes, settingsOf(identity));
    }
    if (!readFile || !isModelPath(identity)) return findModel(identity);
    const path = bytesOf(identity);
    return await modelOfFile(await readFile(path), settingsOf(identity), baseName(path));
  };
  const ask = async ({ name, memory, ...wanted }: DataSource): Promise<ExampleSplits> => {
    const store = openStore?.(memory);
    if (isContent(name)) {
      const file = store && (await openFile?.(name, store.memory));
      if (file && splitsBytes(file) > store.memory) return holdFitting(partOf(file, wanted), store);
      return partOf(readSplits(await requireContent(read, "data", name)), wanted);
    }
    if (readData && store && isDataPath(name)) {
      const found = await readData(name, store);
      onRead?.(found);
      return holdFitting(partOf(found.splits, wanted), store);
    }
    const known = await load(findDataset(name), wanted);
    return store && splitsBytes(known) > store.memory ? await toFile(known, store) : known;
  };
  const splits = keepsLast ? rememberLast(ask) : ask;
  return {
    model,
    splits,
    subject: async (spec, source) => ({ model: await model(spec.model), splits: await splits(source) }),
  };
}

/** Examples of a file in memory, if so many may be held. */
const holdFitting = (splits: ExampleSplits, store: SplitsStore): ExampleSplits =>
  splitsBytes(splits) > store.memory ? splits : { train: hold(splits.train), test: hold(splits.test) };

/** Examples that have a name, in a file. */
async function toFile(splits: Splits, store: SplitsStore): Promise<ExampleSplits> {
  const { train, test } = await store.write(planOf(splits));
  const { name } = splits.train;
  return { train: { ...train, name }, test: { ...test, name } };
}

/** Networks are written down as JSON, and no ONNX file begins so. */
const isNetwork = (bytes: Uint8Array): boolean => bytes[0] === "{".charCodeAt(0);

const baseName = (path: string): string => path.replace(/^.*[\\/]/, "").replace(/\.onnx$/i, "");

/** A model and data, by name or path or as values. */
export interface Given extends LoadOptions {
  readonly model: string | Model;
  readonly data: string | ExampleSplits;
}

/** A model and examples under the identities that specs have. */
export interface Identified {
  /** The examples cropped for the recipe. */
  readonly subject: Subject;
  /** Identity of the model. */
  readonly model: string;
  readonly source: DataSource;
  /** What of them was given as a value, to be kept wherever a trial is run. */
  readonly contents: readonly AnyContent[];
}

/**
 * Find what is named, and give what is no name an identity: its bytes' hash, or the name of a model that comes with
 * Shatter.
 *
 * @param recipe - Says how examples reach the network: it is written down for their shape.
 * @throws UsageError if a name is unknown, a model cannot be written down, or more examples are wanted than there are.
 * @throws DataError if data are missing or not what they should be.
 */
export async function identify(library: Library, given: Given, recipe: Framing): Promise<Identified> {
  const { model, data, ...wanted } = given;
  const thing = typeof model === "string" ? await library.model(model) : model;
  const { memory } = wanted;
  const values =
    typeof data === "string" && isDataPath(data) ? await library.splits({ name: data, memory }) : data;
  const examples = typeof values === "string" ? undefined : await contentOfSplits(values);
  const source = { name: examples?.identity ?? (data as string), ...wanted };
  const whole = typeof values === "string" ? await library.splits(source) : partOf(values, wanted);
  const splits = cropForRecipe(whole, recipe);
  const isKnown = typeof model === "string" || knownModel(model.name) === model;
  const network =
    thing.content ??
    (isKnown
      ? undefined
      : await contentOf(writeNetwork(thing, networkShape(splits, recipe), splits.train.classNames.length)));
  return {
    subject: { model: thing, splits },
    model: network?.identity ?? (typeof model === "string" ? model : model.name),
    source,
    contents: [network && { ...network, identity: bytesOf(network.identity) }, examples].filter(
      (content) => content !== undefined,
    ),
  };
}

/** Examples as a content: the file that they are, or their bytes. */
export const contentOfSplits = async (splits: ExampleSplits): Promise<AnyContent> =>
  splits.content ??
  (await contentOf(writeSplits(requireHeld(splits, "a part of examples that are in a file"))));
