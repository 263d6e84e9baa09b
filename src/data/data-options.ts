/**
 * @file Data at a path: what is told of how they are read, and how that is written behind the path.
 */

import { z } from "zod";
import { UsageError } from "../base/errors.ts";
import { unknownName } from "../base/suggest.ts";
import type { ExampleSplits, Splits } from "./dataset.ts";

/** How images of other sizes become those of one: their middle is cut out, or they are set on black. */
export const fits = ["crop", "contain"] as const;

/** Where the channels of images are in arrays of four axes. */
export const arrayLayouts = ["channels-first", "channels-last"] as const;

/** What becomes of rows with missing values: they are left out, or the training rows' mean stands for the value. */
export const missings = ["drop", "mean"] as const;

/** What a target is: one of some classes, or a number. */
export const targetTypes = ["class", "number"] as const;

const dataOptionsSchema = z.strictObject({
  /** Share of each class that is test examples, where the data have no test split. */
  testShare: z.number().gt(0).lt(1).default(0.2),
  /** Decides which these are. */
  splitSeed: z.int().min(0).default(0),
  /** Height and width of images in pixels. */
  size: z.int().min(1).max(4096).optional(),
  /** How they come to that size; `crop` unless told. */
  fit: z.enum(fits).optional(),
  /** The column, array or field with the labels. */
  target: z.string().min(1).optional(),
  /** Whether the target is of classes or of numbers; found by looking unless told. */
  targetType: z.enum(targetTypes).optional(),
  /** The column or array whose values no split divides; of images in folders a regular expression for paths. */
  group: z.string().min(1).optional(),
  /** Columns that are left out: the name of one, or several names divided by commas. */
  drop: z.string().min(1).optional(),
  /** What images are whose pixels stand in a row: channels, height and width, or height and width alone. */
  shape: z
    .string()
    .regex(/^([1-9]\d{0,3}x)?[1-9]\d{0,3}x[1-9]\d{0,3}$/, {
      error: "expected channels, height and width, such as 3x32x32, or 28x28",
    })
    .optional(),
  /** Where the channels are, if the shape does not tell. */
  layout: z.enum(arrayLayouts).optional(),
  /** Whether height and width of images in arrays are exchanged, as EMNIST's are. */
  transpose: z.boolean().optional(),
  /** What becomes of rows with missing values. */
  missing: z.enum(missings).optional(),
  /** Whether files that cannot be read are left out. */
  skipUnreadable: z.boolean().optional(),
});

/** What each option may be. */
export const dataOptionShape: Readonly<Record<string, z.ZodType>> = dataOptionsSchema.shape;

/** How data are read. */
export type DataOptions = Readonly<z.output<typeof dataOptionsSchema>>;

/** What is told of it; the rest is as usual, or asked for where it is needed. */
export type AskedOptions = Readonly<z.input<typeof dataOptionsSchema>>;

/** Data that were read. */
export interface ReadData<S extends ExampleSplits = Splits> {
  readonly splits: S;
  /** What was found, how it was taken and what was chosen, a sentence each, with options in backticks. */
  readonly understood: readonly string[];
  /** SHA-256 of both splits, where it was computed. */
  readonly hash?: string | undefined;
  /** Options that were not told, as they were chosen, for who would write them down. */
  readonly chosen?: AskedOptions | undefined;
  /** Of a table, the columns that inputs are made of, in their order; absent where there is none. */
  readonly columns?: readonly TableColumn[];
}

/** A column of a table that inputs are made of. */
export interface TableColumn {
  readonly name: string;
  /** Of a column of categories their names: it has as many inputs, 0 or 1 each. Numbers are one input. */
  readonly categories?: readonly string[];
}

/** Told what was read at a path, and how it was understood. */
export type OnRead = (read: ReadData<ExampleSplits>) => void;

/** The options that say how a test was drawn. */
export const drawnBy = ({ testShare, splitSeed }: DataOptions): AskedOptions => ({ testShare, splitSeed });

/**
 * Reads the data at a path.
 *
 * @throws DataError saying where and what is wrong with them.
 * @throws UsageError if an option is not possible.
 */
export type DataReader = (path: string, options: DataOptions) => Promise<ReadData>;

/** The options as they are written behind a path. */
const SPELLED = {
  testShare: "test-share",
  splitSeed: "split-seed",
  size: "size",
  fit: "fit",
  target: "target",
  targetType: "target-type",
  group: "group",
  drop: "drop",
  shape: "shape",
  layout: "layout",
  transpose: "transpose",
  missing: "missing",
  skipUnreadable: "skip-unreadable",
} as const satisfies { readonly [name in keyof DataOptions]-?: string };

const NUMBERS: readonly string[] = ["testShare", "splitSeed", "size"];

const SWITCHES: readonly string[] = ["transpose", "skipUnreadable"];

/** A path with what is told of how it is read: `photos/?size=64&fit=contain`. */
export function writeDataPath(path: string, options: AskedOptions): string {
  const parts = Object.entries(SPELLED).flatMap(([name, spelled]) => {
    const value = options[name as keyof AskedOptions];
    return value === undefined ? [] : [[spelled, String(value)]];
  });
  return parts.length === 0 ? path : `${path}?${new URLSearchParams(parts)}`;
}

/** A path, and what stands behind it. */
export interface DataPath {
  readonly path: string;
  /** What is told. */
  readonly asked: AskedOptions;
  /** The same, with what is usual where nothing is. */
  readonly options: DataOptions;
}

/**
 * A path, and what stands behind its question mark.
 *
 * @throws UsageError naming the option that is unknown or not possible.
 */
export function readDataPath(text: string): DataPath {
  const [path = "", query = ""] = text.split(/\?(.*)/s);
  const given: { [name: string]: unknown } = {};
  for (const [spelled, value] of new URLSearchParams(query)) {
    const name = Object.entries(SPELLED).find(([, known]) => known === spelled)?.[0];
    if (!name)
      throw new UsageError(`data ${path}: ${unknownName("option", spelled, Object.values(SPELLED))}`);
    given[name] = NUMBERS.includes(name)
      ? Number(value)
      : SWITCHES.includes(name)
        ? value === "" || value === "true"
        : value;
  }
  return { path, asked: given as AskedOptions, options: completeOptions(path, given) };
}

/**
 * Options with what is usual where nothing is told.
 *
 * @throws UsageError naming the option that is not possible.
 */
export function completeOptions(path: string, given: unknown): DataOptions {
  const { data, error } = dataOptionsSchema.safeParse(given);
  if (data) return data;
  const [issue] = error.issues;
  throw new UsageError(`data ${path}: \`${issue!.path.join(".")}\`: ${issue!.message}`);
}
