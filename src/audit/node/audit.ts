/**
 * @file The audit of data by name, by path or as a value, on a machine with Node: opens the engine, and signs.
 */

import { UsageError } from "../../base/errors.ts";
import type { Watch } from "../../base/progress.ts";
import { randomStream } from "../../base/random.ts";
import type { ReadData, TableColumn } from "../../data/data-options.ts";
import {
  type Dataset,
  exampleCount,
  isImages,
  type Splits,
  takeExamples,
  titleOf,
} from "../../data/dataset.ts";
import { readData } from "../../data/node/read-data.ts";
import { loadDataset, openLibrary } from "../../run/node/library.ts";
import { provenanceOf } from "../../run/node/provenance.ts";
import { runtime } from "../../run/node/runtime.ts";
import { isDataPath } from "../../run/subject.ts";
import { openEngine } from "../../train/engine.ts";
import { type AuditSettings, audit } from "../audit.ts";
import type { AuditResult } from "../audit-result.ts";
import type { LabelSearch } from "../section.ts";

/** What is audited, and how. */
export interface AuditOptions extends Watch {
  /** A dataset's name, the path of data, or both splits. */
  readonly data: string | Splits;
  /** The columns of a table that is given as splits. */
  readonly columns?: readonly TableColumn[] | undefined;
  /** Number of training examples, drawn at random; all by default. */
  readonly n?: number | undefined;
  /** Number of test examples; all by default. */
  readonly testN?: number | undefined;
  /** Folder of datasets. */
  readonly dataDir?: string | undefined;
  /** Decides whatever is drawn; 0 unless told. */
  readonly seed?: number | undefined;
  /** Threads of the engine; 2 unless told. */
  readonly threads?: number | undefined;
  /** How labels that are probably wrong are looked for; a model by its name or path. Only where that is cheap unless told. */
  readonly labels?: (Omit<LabelSearch, "model"> & { readonly model?: string | undefined }) | undefined;
  /** Draws an example as the `data:` URL of a PNG; no pictures are drawn unless told. */
  readonly draw?: ((dataset: Dataset, row: number) => Promise<string>) | undefined;
  /** The sections; all unless told. */
  readonly makers?: AuditSettings["makers"];
  /** The command line, for the document. */
  readonly command?: string | undefined;
}

/**
 * Look for what is wrong with a dataset: `shatter/audit@1`.
 *
 * @throws UsageError if the name is unknown.
 * @throws DataError if data are missing or not what they should be.
 */
export async function auditData(options: AuditOptions): Promise<AuditResult> {
  const began = performance.now();
  const {
    data,
    n,
    testN,
    dataDir,
    seed = 0,
    threads = 2,
    command,
    draw,
    makers,
    labels,
    onProgress,
    signal,
  } = options;
  const provenance = provenanceOf("cpu", threads, 1, command ?? null);
  const { splits: whole, columns = options.columns } = await findData(data, dataDir);
  const rows = {
    train: drawRows(whole.train, n, "training", seed),
    test: drawRows(whole.test, testN, "test", seed),
  };
  const splits = { train: takePart(whole.train, rows.train), test: takePart(whole.test, rows.test) };
  const engine = await openEngine(runtime, "cpu", threads);
  const search = labels && {
    ...labels,
    model:
      labels.model === undefined ? undefined : await openLibrary({ readsPaths: true }).model(labels.model),
  };
  const result = await audit(
    { splits, rows, columns, labels: search, engine, seed, onProgress, signal },
    {
      settings: { n: n ?? null, testN: testN ?? null, seed, ...settingsOf(labels) },
      ...(makers && { makers }),
      draw: draw && isImages(whole.train) ? (split, index) => draw(whole[split], index) : undefined,
    },
  );
  const seconds = Math.round(performance.now() - began) / 1000;
  return { ...result, provenance: { ...provenance, seconds, interrupted: false } };
}

/** What was asked for of labels, to be written down; nothing where nothing was. */
const settingsOf = (labels: AuditOptions["labels"]) =>
  labels && {
    labels: true,
    folds: labels.folds ?? null,
    model: labels.model ?? null,
    epochs: labels.epochs ?? null,
  };

/** Data, and the columns of a table. */
async function findData(
  data: AuditOptions["data"],
  dataDir: string | undefined,
): Promise<Pick<ReadData, "splits" | "columns">> {
  if (typeof data !== "string") return { splits: data };
  return isDataPath(data) ? await readData(data) : { splits: await loadDataset(data, { dataDir }) };
}

/** Places of the examples that are looked at, in their order. */
function drawRows(dataset: Dataset, size: number | undefined, split: string, seed: number): Uint32Array {
  const count = exampleCount(dataset);
  if (size !== undefined && !(Number.isInteger(size) && size >= 1 && size <= count)) {
    throw new UsageError(`${titleOf(dataset)}: expected 1 to ${count} ${split} examples, got ${size}`);
  }
  if (size === undefined || size === count) return Uint32Array.from({ length: count }, (_, row) => row);
  return randomStream(seed, `subset-${split}`).permutation(count).slice(0, size).sort();
}

const takePart = (dataset: Dataset, rows: Uint32Array): Dataset =>
  rows.length === exampleCount(dataset) ? dataset : takeExamples(dataset, rows);
