/**
 * @file From identities to things: the one place where the name of a model or of a dataset, as specs have it, becomes
 * the model and the examples. Whatever lies below knows values only.
 */

import { rememberLast } from "../base/remember.ts";
import type { Splits } from "../data/dataset.ts";
import type { LoadOptions } from "../data/node/load.ts";
import { datasets, findDataset, type KnownDataset } from "../data/registry.ts";
import type { Model } from "../nn/model.ts";
import { findModel, models } from "../nn/models.ts";
import type { TrialSpec } from "../train/spec.ts";
import type { Subject } from "../train/trial.ts";
import type { DataSource } from "./runner.ts";

/** The names of all models and of all datasets that come with Shatter, in the order they are listed. */
export const modelNames: readonly string[] = [...models.keys()];
export const datasetNames: readonly string[] = datasets.map(({ name }) => name);

/** The model that comes with Shatter under a name; undefined if none does. */
export const knownModel = (name: string): Model | undefined => models.get(name);

/** Gives the things that identities stand for. */
export interface Library {
  /** @throws UsageError with the name that was probably meant, if there is no model of this one. */
  model(identity: string): Promise<Model>;
  /**
   * The examples of a source, uncropped.
   *
   * @throws UsageError if the name is unknown, or more examples are wanted than there are.
   * @throws DataError if its files are missing or not what they should be.
   */
  splits(source: DataSource): Promise<Splits>;
  /** What a trial is about: the model of its spec, and the examples of a source, uncropped. */
  subject(spec: Pick<TrialSpec, "model">, source: DataSource): Promise<Subject>;
}

/** What a library is made of. */
export interface LibraryOptions {
  /** Reads or draws the examples of a dataset, where that is possible: a browser has no files. */
  readonly load: (known: KnownDataset, options: LoadOptions) => Promise<Splits>;
  /** Whether the last examples are kept, for trials that share them; not unless told. */
  readonly keepsLast?: boolean;
}

/** Open a library of the models and datasets that Shatter knows by name. */
export function createLibrary({ load, keepsLast = false }: LibraryOptions): Library {
  const model = async (identity: string): Promise<Model> => findModel(identity);
  const read = async ({ name, ...options }: DataSource): Promise<Splits> => load(findDataset(name), options);
  const splits = keepsLast ? rememberLast(read) : read;
  return {
    model,
    splits,
    subject: async (spec, source) => ({ model: await model(spec.model), splits: await splits(source) }),
  };
}
