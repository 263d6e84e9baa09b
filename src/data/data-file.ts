/**
 * @file A description of data in a file, `shatter.data.yaml`: where they are, how they are read, and what they must be. Also the
 * JSON Schema of such files, for editors.
 */

import { z } from "zod";
import { storable } from "../base/limits.ts";
import { type LocatedYaml, readLocated } from "../document/located-yaml.ts";
import { type AskedOptions, dataOptionShape } from "./data-options.ts";
import { preprocessNames } from "./preprocess.ts";

/** Whether a path is that of a description: `shatter.data.yaml`, `data.yaml`, `photos.data.json`. */
export const isDataFile = (path: string): boolean => /(^|[./\\])data\.(ya?ml|json)$/i.test(path);

/** Fields that are no options. */
const plainFields = {
  $schema: storable().describe("Where this schema is, for editors."),
  title: storable().min(1).max(200).describe("What people call the data; the path's last part unless told."),
  path: storable()
    .min(1)
    .describe("The data, seen from this file: within its folder; that folder itself unless told."),
  hash: z
    .string()
    .regex(/^[0-9a-f]{64}$/, { error: "expected the 64 digits of a hash, as shatter data check says it" })
    .describe("What the data must be: the SHA-256 of both splits. Others are refused."),
  preprocess: z
    .enum(preprocessNames)
    .describe("How inputs are scaled, where a test is not told; standardize unless told."),
} as const;

const DESCRIPTIONS: Readonly<Partial<Record<string, string>>> = {
  testShare: "Share of each class that is test examples, where the data have no test split; 0.2 unless told.",
  splitSeed: "Decides which these are; 0 unless told.",
  size: "Height and width in pixels that images are brought to.",
  fit: "How they come to that size: the middle cut out (crop, unless told), or set on black (contain).",
  target: "The column, array or field with the labels.",
  shape: "What images are whose pixels stand in a row: channels, height and width, 3x32x32, or 28x28.",
  layout: "Where arrays have the channels, if the shape does not tell.",
  transpose: "Whether height and width of images in arrays are exchanged, as EMNIST's are.",
  missing:
    "What becomes of missing values: their rows are dropped, or the training rows' mean stands for them.",
  skipUnreadable: "Whether files that cannot be read are left out.",
};

/** All fields. */
const fields: Readonly<Record<string, z.ZodType>> = {
  ...plainFields,
  ...Object.fromEntries(
    Object.entries(dataOptionShape).map(([name, schema]) => [name, described(schema, DESCRIPTIONS[name])]),
  ),
};

function described(schema: z.ZodType, text: string | undefined): z.ZodType {
  const inner = schema instanceof z.ZodDefault || schema instanceof z.ZodOptional ? schema.unwrap() : schema;
  return text === undefined ? (inner as z.ZodType) : (inner as z.ZodType).describe(text);
}

/** A description as it was meant. */
export interface DataFile {
  readonly title: string | undefined;
  /** Seen from the file. */
  readonly path: string;
  readonly hash: string | undefined;
  readonly preprocess: (typeof preprocessNames)[number] | undefined;
  readonly options: AskedOptions;
}

/**
 * Read a description.
 *
 * @param file - Its name, for errors.
 * @throws UsageError naming file, line, column and field, for what is wrong.
 */
export const parseDataFile = (text: string, file: string): DataFile => readLocated(text, file, readFields);

function readFields(yaml: LocatedYaml): DataFile {
  const found = new Map<string, unknown>();
  if (yaml.contents !== null) {
    yaml.fields([], yaml.contents, {
      known: Object.keys(fields),
      take: (here, node) => {
        const [name] = here as [string];
        if (!Object.hasOwn(fields, name)) return undefined;
        return () => {
          const checked = yaml.check(here, fields[name]!, node);
          if (checked) found.set(name, checked.value);
        };
      },
    });
  }
  const { $schema: _, title, path = ".", hash, preprocess, ...options } = Object.fromEntries(found);
  return { title, path, hash, preprocess, options } as DataFile;
}

/** The text of a description. */
export function writeDataFile(facts: Partial<DataFile>): string {
  const { title, path, hash, preprocess, options } = facts;
  const lines = Object.entries({ title, path, hash, preprocess, ...options }).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${typeof value === "string" ? quote(value) : value}`],
  );
  return [...lines, ""].join("\n");
}

/** A text as YAML: as it is where that is plain, else as JSON, which YAML reads. */
const quote = (text: string): string =>
  /^[a-zA-Z./][\w./-]*$/.test(text) && !/^(true|false|null|yes|no|on|off)$/i.test(text)
    ? text
    : JSON.stringify(text);

/** The JSON Schema (draft 2020-12) of descriptions, as it is published in `schema/data-file@1.json`. */
export function dataFileJsonSchema(): object {
  const optional = Object.entries(fields).map(([name, schema]) => [name, schema.optional()]);
  return {
    $id: "shatter/data-file@1",
    title: "Data: where they are, how they are read, and what they must be",
    ...z.toJSONSchema(z.strictObject(Object.fromEntries(optional)), { io: "input" }),
  };
}
