/**
 * @file What a section of an audit is made from, and the parts that many have.
 */

import type { Watch } from "../base/progress.ts";
import type { TableColumn } from "../data/data-options.ts";
import type { Dataset, Splits } from "../data/dataset.ts";
import type { Model } from "../nn/model.ts";
import type { Engine } from "../train/engine.ts";
import type { AuditExample, AuditSection } from "./audit-result.ts";

/** How labels that are probably wrong are looked for. */
export interface LabelSearch {
  /** Parts that examples are divided into, each predicted from the others; 4 unless told. */
  readonly folds?: number | undefined;
  /** A network that is trained for it; features that no training makes, unless told. */
  readonly model?: Model | undefined;
  /** Epochs that it is trained. */
  readonly epochs?: number | undefined;
}

/** Cases of a list: enough to be looked up, and few enough for a document. */
export const LISTED = 10_000;

/** What is audited, and with what. */
export interface AuditTask extends Watch {
  readonly splits: Splits;
  /** Where their examples are in the whole data, if they are a part; they are the whole unless told. */
  readonly rows?: Readonly<Record<SplitName, ArrayLike<number>>> | undefined;
  /** The columns of the file that rows came from, the target left out; undefined where there are none or nobody knows. */
  readonly columns?: readonly TableColumn[] | undefined;
  /** How labels that are probably wrong are looked for; only where that is cheap unless told. */
  readonly labels?: LabelSearch | undefined;
  /** What large matrices are multiplied with. */
  readonly engine: Engine;
  /** Decides whatever is drawn. */
  readonly seed: number;
}

/** Makes one section. */
export interface SectionMaker {
  readonly name: AuditSection["name"];
  /** What it looks for, as in `notLookedAt`. */
  readonly what: string;
  /** Why it is not looked for in these data; empty where there is nothing to look for, undefined where it is. */
  readonly lacks?: (task: AuditTask) => string | undefined;
  readonly make: (task: AuditTask) => Promise<AuditSection>;
}

/** A section with nothing in it but what is given. */
export const sectionOf = (
  section: Pick<AuditSection, "name" | "title" | "outcome" | "findings"> & Partial<AuditSection>,
): AuditSection => ({
  method: [],
  tables: [],
  plots: [],
  lists: [],
  pictures: [],
  numbers: {},
  ...section,
});

/** The name of a split. */
export type SplitName = AuditExample["split"];

/** Where an example is in the whole data. */
export const placeOf = ({ rows }: Pick<AuditTask, "rows">, split: SplitName, at: number): number =>
  rows?.[split][at] ?? at;

/** An example of a split that is to be shown; whoever can draw it does so later. */
export const exampleAt = (task: AuditTask, split: SplitName, at: number, note?: string): AuditExample => ({
  split,
  index: placeOf(task, split, at),
  label: labelAt(task.splits[split], at),
  ...(note !== undefined && { note }),
  image: null,
});

/** The class an example is labeled with, or the number that is its target. */
export const labelAt = ({ labels, classNames, values }: Dataset, at: number): string =>
  values ? String(values[labels[at]!]) : classNames[labels[at]!]!;

/** Why sections about classes do not apply. */
export const lacksClasses = ({ splits }: Pick<AuditTask, "splits">): string | undefined =>
  splits.train.values && "targets are numbers, not classes";

/** `1 test example`, `2 test examples`. */
export const countNoun = (count: number, noun: string): string =>
  `${count.toLocaleString("en-US")} ${noun}${count === 1 ? "" : "s"}`;
