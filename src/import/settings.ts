/**
 * @file How a model file is read: what its author knows and the file does not say, as a part of the model's identity.
 */

import { z } from "zod";
import { UsageError } from "../base/errors.ts";
import { unknownName } from "../base/suggest.ts";

/** What parameters start as: the file's, the file's shuffled within each tensor, or drawn as the recipe says. */
export const starts = ["fresh", "keep", "permute"] as const;
export type Start = (typeof starts)[number];

export const layouts = ["channels-first", "channels-last"] as const;

const numbers = z.array(z.number()).min(1);

export const fileSettingsSchema = z.strictObject({
  start: z.enum(starts).default("fresh"),
  /** Name of the output that logits are taken from, where there are several. */
  output: z.string().min(1).optional(),
  /** `insert`: batch normalization after each convolution with a bias, where the exporter folded it away. */
  batchNorm: z.literal("insert").optional(),
  /** Probability of dropout: instead of the file's, or before its last layer where it has none. */
  dropout: z.number().min(0).lt(1).optional(),
  /** How the file takes images. */
  layout: z.enum(layouts).optional(),
  /** `free`: images may have another size than the file was exported for, where its nodes allow it. */
  size: z.literal("free").optional(),
  /** `[height, width]` that images are resized to, linearly, inside the network. */
  resize: z.tuple([z.int().min(1), z.int().min(1)]).optional(),
  /** Of each channel, or one for all: what is taken from the preprocessed inputs, and what they are divided by after. */
  mean: numbers.optional(),
  deviation: z.array(z.number().positive()).min(1).optional(),
});

export type FileSettings = z.infer<typeof fileSettingsSchema>;

/** The settings as they are written, in this order; those that are usual are left out. */
const SPELLED = {
  start: "start",
  output: "output",
  batchNorm: "batch-norm",
  dropout: "dropout",
  layout: "layout",
  size: "size",
  resize: "resize",
  mean: "mean",
  deviation: "deviation",
} as const satisfies { readonly [name in keyof FileSettings]-?: string };

/** Settings in one form, such as `?start=keep&dropout=0.2`; nothing if all are usual. */
export function writeSettings(settings: FileSettings): string {
  const parts = Object.entries(SPELLED).flatMap(([name, spelled]) => {
    const value = settings[name as keyof FileSettings];
    if (value === undefined || value === "fresh") return [];
    const text = Array.isArray(value) ? value.join(name === "resize" ? "x" : ",") : String(value);
    return [`${spelled}=${encodeURIComponent(text).replaceAll("%2C", ",")}`];
  });
  return parts.length === 0 ? "" : `?${parts.join("&")}`;
}

/**
 * Read settings from `?name=value&...`, the question mark included; nothing is the usual ones.
 *
 * @throws UsageError naming the setting that is unknown or not possible.
 */
export function readSettings(text: string): FileSettings {
  const given: { [name: string]: unknown } = {};
  for (const part of text.replace(/^\?/, "").split("&").filter(Boolean)) {
    const [spelled = "", ...rest] = part.split("=");
    const name = Object.entries(SPELLED).find(([, known]) => known === spelled)?.[0];
    if (!name) throw new UsageError(`model file: ${unknownName("setting", spelled, Object.values(SPELLED))}`);
    given[name] = parseSetting(name, decodeURIComponent(rest.join("=")));
  }
  return checkSettings(given);
}

const parseSetting = (name: string, text: string): unknown => {
  if (name === "resize") return (text.includes("x") ? text.split("x") : [text, text]).map(Number);
  if (name === "mean" || name === "deviation") return text.split(",").map(Number);
  return name === "dropout" ? Number(text) : text;
};

/**
 * Settings with the usual ones where they say nothing.
 *
 * @throws UsageError naming the setting that is not possible.
 */
export function checkSettings(given: object): FileSettings {
  const { data, error } = fileSettingsSchema.safeParse(given);
  if (data) return data;
  const { path, message } = error.issues[0]!;
  throw new UsageError(`model file: setting \`${path.join(".")}\`: ${message}`);
}
