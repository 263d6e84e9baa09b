/**
 * @file What a lab remembers of an experiment, so that anybody can read it again: what was asked, and what its data
 * turned out to be. Reading an experiment then needs neither its files nor its data.
 */

import { z } from "zod";
import { UsageError } from "../base/errors.ts";
import { canonicalJson, type Json, sha256 } from "../base/json.ts";
import { storable, whole } from "../base/limits.ts";
import { drawsWindows } from "../data/augment.ts";
import { trialSpecSchema } from "../train/spec.ts";
import type { Condition } from "./condition.ts";
import { scaleOf } from "./document.ts";
import type { Experiment } from "./experiment.ts";
import { experimentFromFile } from "./file-experiment.ts";
import { findExperiment } from "./index.ts";
import { type Setting, scales } from "./scales.ts";
import { testPlanSchema } from "./test-plan.ts";

const datasetSchema = trialSpecSchema.shape.dataset;

export const definitionSchema = z.object({
  schema: z.literal("shatter/definition@1"),
  /** One of the paper's, by name; the text of an experiment file; or a randomization test. */
  what: z.union([
    z.object({ paper: storable() }),
    z.object({
      file: storable(),
      text: storable(),
      name: storable(),
      /** Identities of the model files that it names, by what it calls them. */
      models: z.record(storable(), storable()).optional(),
      /** Those of the data at paths. */
      data: z.record(storable(), storable()).optional(),
    }),
    z.object({ test: testPlanSchema }),
  ]),
  setting: z.object({
    scale: z.enum(scales),
    data: z.string().optional(),
    own: z.object({ title: storable(), n: whole(1), testN: whole(1) }).optional(),
    n: z.int().optional(),
    epochs: z.int().optional(),
    evalEvery: z.int().optional(),
    testN: z.int().optional(),
  }),
  /** The models that were asked for. */
  models: z.array(z.string()),
  seeds: whole(1),
  /** What specs say about data, by {@link dataKey}. */
  datasets: z.record(z.string(), datasetSchema),
});

export type Definition = z.infer<typeof definitionSchema>;

/** What tells the data of conditions apart. */
export const dataKey = ({ data, recipe: { preprocess, augment } }: Condition): string =>
  canonicalJson([
    { name: data.name, n: data.n ?? null, testN: data.testN ?? null },
    preprocess,
    drawsWindows(augment),
  ] as unknown as Json);

/** What an experiment is found again by, if it is no test. */
type Grid = Exclude<Definition["what"], { readonly test: unknown }>;

/**
 * The experiment of a definition that is no test.
 *
 * @throws UsageError if this version has none of that name, or cannot read the file.
 */
export const experimentOf = (what: Grid): Experiment =>
  "paper" in what
    ? findExperiment(what.paper)
    : experimentFromFile(what.text, what.file, what.name, { ...what.models, ...what.data }).experiment;

/** Its setting, with what was not asked left out. */
export const settingOf = ({ setting }: Definition): Setting => setting;

/** Most letters of an id that are of the experiment's name. */
const MOST_LETTERS = 80;

/**
 * The id of an experiment in a lab: `table-1-paper`. One of another size or from a file carries a hash, so that two
 * of one name are two. Names may be of any script; what is neither letter nor digit becomes a hyphen, but never the first
 * sign, which commands would take for an option.
 */
export async function experimentId(
  experiment: Pick<Experiment, "name" | "source">,
  { what, setting }: Pick<Definition, "what" | "setting">,
): Promise<string> {
  const scale = scaleOf(experiment, setting);
  const letters = experiment.name
    .normalize("NFC")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}.-]+/gu, "-")
    .replace(/^[^\p{L}\p{N}]+/u, "");
  const name = `${[...letters].slice(0, MOST_LETTERS).join("") || "experiment"}-${scale}`;
  const isPlain = scale !== "custom" && setting.evalEvery === undefined && setting.testN === undefined;
  if (isPlain) return name;
  const text = canonicalJson(JSON.parse(JSON.stringify({ what, setting })) as Json);
  return `${name}-${(await sha256(text)).slice(0, 6)}`;
}

/** What specs say about the data of a condition, as it was when the experiment was planned. */
export function datasetOf({ datasets }: Definition, condition: Condition) {
  const dataset = datasets[dataKey(condition)];
  if (!dataset) {
    throw new UsageError(
      `${condition.model} on ${condition.data.name}: this experiment was planned by another version of Shatter, without this part; run it again to plan it anew`,
    );
  }
  return dataset;
}
