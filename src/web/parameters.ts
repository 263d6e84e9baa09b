/**
 * @file What requests may say: every parameter and body is checked here before anybody uses it.
 */

import { z } from "zod";
import { LARGEST_WHOLE, storable } from "../base/limits.ts";
import { inputsNames } from "../data/randomization.ts";
import { scales } from "../paper/scales.ts";
import type { TrialQuery } from "../store/read/filter.ts";
import { type Page, type SortKey, sortKeys } from "../store/read/trials.ts";
import { trialStates } from "../store/states.ts";
import type { StartRequest, TrialFilter } from "./api.ts";
import { Refusal } from "./refusal.ts";

/** Text of a filter. */
const text = (most: number) => storable().max(most, `expected at most ${most} characters`);

/** Names in addresses: experiments, trials, models, datasets. Labs of old may have experiments that begin with a hyphen. */
/** A name that stands in an address, and leads out of no folder. */
export const NAME = /^[\p{L}\p{N}-][\p{L}\p{M}\p{N}._@+-]{0,119}$/u;
const name = z.string().regex(NAME, "expected a name of letters, digits, dots and hyphens");

/** Largest body of a request, in bytes. */
export const BODY_BYTES = 64 * 1024;

/** Most values of one filter. */
const VALUES = 100;

/** A number as text, and nothing that JavaScript would also take for one. */
const number = (low: number, high: number) =>
  z
    .string()
    .regex(/^-?\d{1,15}(\.\d{1,20})?(e-?\d{1,2})?$/i, "expected a number")
    .transform(Number)
    .refine((value) => value >= low && value <= high, `expected a number in [${low}, ${high}]`);

const whole = (low: number, high: number) =>
  z
    .string()
    .regex(/^\d{1,10}$/, "expected a whole number")
    .transform(Number)
    .refine((value) => value >= low && value <= high, `expected a whole number in [${low}, ${high}]`);

/** A list of values separated by commas; an empty one is no condition. */
const listOf = <T extends z.ZodType<unknown, string>>(item: T) =>
  z
    .string()
    .max(10_000, "expected at most 10000 characters")
    .transform((list) => list.split(",").filter((part) => part !== ""))
    .pipe(z.array(item).max(VALUES, `expected at most ${VALUES} values`))
    .transform((values) => (values.length > 0 ? values : undefined));

const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, { error: `expected one of ${values.join(", ")}` });

const filterFields = {
  experiment: z.literal("").or(name).optional(),
  state: listOf(oneOf(trialStates)).optional(),
  model: listOf(text(200)).optional(),
  dataset: listOf(text(200)).optional(),
  inputs: listOf(text(200)).optional(),
  corrupt: listOf(number(0, 1)).optional(),
  seed: listOf(whole(0, LARGEST_WHOLE)).optional(),
  ids: listOf(name).optional(),
  text: text(200).optional(),
};

const sort = z
  .string()
  .refine(
    (key) => sortKeys.includes(key.replace(/^-/, "") as SortKey),
    `expected one of ${sortKeys.join(", ")}, with "-" before it for descending order`,
  );

const formats = ["json", "csv"] as const;

export const trialsParameters = z.strictObject({
  ...filterFields,
  sort: sort.default("-updatedAt"),
  offset: whole(0, LARGEST_WHOLE).default(0),
  limit: whole(1, 1000).default(100),
  format: oneOf(formats).default("json"),
} satisfies Record<keyof TrialFilter | "format", z.ZodType>);

/** What curves can be compared by. */
export const metrics = ["trainLoss", "fitLoss", "trainAccuracy", "testAccuracy"] as const;

export const compareParameters = z.strictObject({
  ...filterFields,
  metric: oneOf(metrics).default("testAccuracy"),
  by: listOf(z.string().regex(/^[A-Za-z][A-Za-z.]{0,79}$/, "expected names of fields")).optional(),
  /** Most points of a curve; 0 for every epoch. */
  points: whole(0, 10_000).default(400),
  format: oneOf(formats).default("json"),
});

export const epochsParameters = z.strictObject({ format: oneOf(formats).default("json") });

export const examplesParameters = z.strictObject({
  epoch: whole(1, 1_000_000).default(1),
  count: whole(1, 200).default(64),
});

export const misfitParameters = z.strictObject({ count: whole(1, 200).default(64) });

export const gridParameters = z.strictObject({
  inputs: oneOf(inputsNames).default("true"),
  corrupt: number(0, 1).default(0),
  seed: whole(0, LARGEST_WHOLE).default(0),
  count: whole(1, 200).default(40),
});

/** The identity of a model file: its hash, and maybe how it is read. */
const modelFile = z.string().regex(/^sha256:[0-9a-f]{64}(\?[\w=&.,%-]{1,200})?$/, "expected a model");

export const startBody = z.strictObject({
  name: name,
  scale: oneOf(scales),
  models: z
    .array(z.union([name, modelFile]))
    .min(1)
    .max(VALUES)
    .optional(),
  seeds: z.int().min(1).max(1000).optional(),
  priority: z.int().min(-1000).max(1000).optional(),
  data: name.optional(),
  n: z.int().min(1).max(LARGEST_WHOLE).optional(),
  grid: z.string().max(BODY_BYTES).optional(),
} satisfies Record<keyof StartRequest, z.ZodType>);

/** The condition of a list. */
export function queryOf(
  filter: z.infer<typeof trialsParameters> | z.infer<typeof compareParameters>,
): TrialQuery {
  const { experiment, state, model, dataset, inputs, corrupt, seed, ids, text } = filter;
  return {
    experiment: experiment === "" ? undefined : experiment,
    state,
    model,
    dataset,
    inputs,
    corrupt,
    seed,
    ids,
    text,
  };
}

/** The part of a list that is asked for. */
export function pageOf({ sort, offset, limit }: z.infer<typeof trialsParameters>): Page {
  return { sort: sort.replace(/^-/, "") as SortKey, descending: sort.startsWith("-"), offset, limit };
}

/** A value that was checked, or a refusal that names what is wrong. */
export function checked<T extends z.ZodType>(schema: T, value: unknown): z.infer<T> {
  const { data, error } = schema.safeParse(value);
  if (error) {
    const { path, message } = error.issues[0]!;
    const where = path.length > 0 ? `${path.join(".").slice(0, 100)}: ` : "";
    throw new Refusal(400, `${where}${message}`.slice(0, 1000));
  }
  return data as z.infer<T>;
}

/** A name out of an address. */
export function nameOf(value: string | undefined): string {
  if (value === undefined || !NAME.test(value)) {
    throw new Refusal(400, "address: expected a name of letters, digits, dots and hyphens");
  }
  return value;
}

/** Largest body that is a model file, in bytes: what a database takes. */
export const MODEL_BYTES = 2 ** 28;

/** The refusal of a larger one. */
export const tooLarge = (most: number): Refusal => new Refusal(413, `body: expected at most ${most} bytes`);

/**
 * The bytes of a body.
 *
 * @throws Refusal (408) if its end did not come; (413) if there are too many, whatever its headers say.
 */
export async function readBody(request: Request, most: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of request.body ?? []) {
      size += chunk.length;
      if (size > most) break;
      chunks.push(chunk);
    }
  } catch {
    throw new Refusal(408, "body: expected all of it, got a part");
  }
  if (size > most) throw tooLarge(most);
  return new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer());
}

/**
 * The body of a request, checked.
 *
 * @throws Refusal (400) if it is not JSON, or not what it should be; (408) if its end did not come; (413) if it is too
 *   large, whatever its headers say.
 */
export async function bodyOf<T extends z.ZodType>(schema: T, request: Request): Promise<z.infer<T>> {
  const bytes = await readBody(request, BODY_BYTES);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new Refusal(400, "body: expected JSON, got something else");
  }
  return checked(schema, value);
}
