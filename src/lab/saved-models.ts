/**
 * @file The trained networks of trials in a folder: named by what they were trained on, and listed in `index.json`.
 */

import { access, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { DataError } from "../base/errors.ts";
import { isAbsent } from "../disk/refusals.ts";
import { writeWhole } from "../disk/whole-files.ts";
import { kindOfTrial, nameEscalated } from "../run/kinds.ts";
import { networkFiles } from "../run/node/networks.ts";
import { type TrialResult, trialSchema } from "../run/trial-record.ts";

const savedModelSchema = trialSchema
  .pick({
    id: true,
    inputs: true,
    labels: true,
    seed: true,
    escalation: true,
    trainAccuracy: true,
    testAccuracy: true,
    parametersHash: true,
  })
  .extend({
    /** What it was trained on, such as `Random labels, seed 2`. */
    name: z.string(),
    /** Names of its files, in the same folder. */
    onnx: z.string(),
    safetensors: z.string(),
  });

const indexSchema = z.object({ schema: z.literal("shatter/models@1"), models: z.array(savedModelSchema) });

/** A trained network as files. */
export type SavedModel = z.infer<typeof savedModelSchema>;

/** What a folder has of the networks of trials. */
export interface SavedModels {
  readonly folder: string;
  /** The networks of these trials. */
  readonly models: readonly SavedModel[];
  /** The trials whose networks are not there. */
  readonly missing: readonly MissingModel[];
}

/** A trial without a network. */
export interface MissingModel {
  readonly id: string;
  readonly name: string;
  /**
   * Its training diverged; it did not come to its end; or it did, before this or elsewhere, and nobody keeps weights (or its files
   * could not be written, as a warning says).
   */
  readonly reason: "diverged" | "not done" | "not kept";
}

/** The JSON Schema (draft 2020-12) of `index.json`, as it is published in `schema/models@1.json`. */
export const modelsJsonSchema = (): object => ({
  $id: "shatter/models@1",
  title: "Trained networks in a folder",
  ...z.toJSONSchema(indexSchema, { io: "input" }),
});

/**
 * Name the networks that trials left in a folder, and list them beside those that it has already.
 *
 * @throws DataError if the folder has a list that is none, or cannot be written to.
 */
export async function nameModels(folder: string, trials: readonly TrialResult[]): Promise<SavedModels> {
  const path = join(folder, "index.json");
  const index = await readIndex(path);
  const listed = new Map(index.map((model) => [model.id, model]));
  const models: SavedModel[] = [];
  const missing: MissingModel[] = [];
  for (const trial of trials) {
    const { id } = trial;
    const name = `${nameEscalated(kindOfTrial(trial))}, seed ${trial.seed}`;
    if (
      await hasFiles(
        folder,
        networkFiles.map((kind) => `${id}.${kind}`),
      )
    ) {
      const stem = stemOf(name, id, [...listed.values()]);
      for (const kind of networkFiles)
        await rename(join(folder, `${id}.${kind}`), join(folder, `${stem}.${kind}`));
      listed.set(id, entryOf(trial, name, stem));
    }
    const entry = listed.get(id);
    if (entry && (await hasFiles(folder, [entry.onnx, entry.safetensors]))) models.push(entry);
    else missing.push({ id, name, reason: reasonOf(trial) });
  }
  if (models.length > 0) {
    const all = { schema: "shatter/models@1", models: [...listed.values()] };
    await writeWhole(path, `${JSON.stringify(all, null, 2)}\n`);
  }
  return { folder, models, missing };
}

const reasonOf = ({ status }: TrialResult): MissingModel["reason"] =>
  status === "done" ? "not kept" : status === "diverged" ? status : "not done";

function entryOf(trial: TrialResult, name: string, stem: string): SavedModel {
  const { id, inputs, labels, seed, escalation, trainAccuracy, testAccuracy, parametersHash } = trial;
  return {
    id,
    name,
    onnx: `${stem}.onnx`,
    safetensors: `${stem}.safetensors`,
    inputs,
    labels,
    seed,
    escalation,
    trainAccuracy,
    testAccuracy,
    parametersHash,
  };
}

/** A name for files that no other trial's have: `random-labels-seed-2`. */
function stemOf(name: string, id: string, others: readonly SavedModel[]): string {
  const stem = name
    .toLowerCase()
    .replaceAll("%", "percent")
    .replaceAll(/[^a-z0-9.]+/g, "-");
  const isTaken = others.some((other) => other.id !== id && other.onnx === `${stem}.onnx`);
  return isTaken ? `${stem}-${id.slice(0, 8)}` : stem;
}

async function hasFiles(folder: string, names: readonly string[]): Promise<boolean> {
  const found = names.map((name) =>
    access(join(folder, name)).then(
      () => true,
      () => false,
    ),
  );
  return (await Promise.all(found)).every(Boolean);
}

/** The models that a folder lists; none if it has no list. */
async function readIndex(path: string): Promise<readonly SavedModel[]> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
  const fail = (what: string): never => {
    throw new DataError(`${path}: expected a list of trained networks, ${what}; choose another folder`);
  };
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return fail("got no JSON");
  }
  const { data, error } = indexSchema.safeParse(document);
  return data?.models ?? fail(`but ${error!.issues[0]!.path.join(".")}: ${error!.issues[0]!.message}`);
}

/**
 * Refuse a folder that models cannot be saved in, before anything is trained for them.
 *
 * @throws DataError if it has a list of something else.
 */
export const requireIndex = async (folder: string): Promise<void> =>
  void (await readIndex(join(folder, "index.json")));
