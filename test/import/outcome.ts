/**
 * @file What comes of a model file that may be anything: read, checked, and a step of training built.
 */

import { DataError, GraphError, UsageError } from "../../src/base/errors.ts";
import { inlineExternal } from "../../src/graph/onnx/external.ts";
import type { Shape } from "../../src/graph/value.ts";
import { checkFile, exampleFor } from "../../src/import/check.ts";
import { readModelFile } from "../../src/import/file.ts";
import { createFileModel, type FileModel } from "../../src/import/model.ts";
import { checkSettings, type FileSettings } from "../../src/import/settings.ts";
import { paperRecipe } from "../../src/train/recipe.ts";
import { buildStep, type Step } from "../../src/train/step.ts";

/** A right end: it was refused, or what stands against training it was found, or there is a step that trains it. */
export type Outcome =
  | { readonly end: "refused" | "blocked"; readonly because: string }
  | { readonly end: "step"; readonly step: Step; readonly model: FileModel; readonly shape: Shape };

/** Errors that say what is wrong with a file. */
const isTyped = (error: unknown): error is Error =>
  error instanceof DataError || error instanceof UsageError || error instanceof GraphError;

const BATCH = 4;

/** What a typed error says, if one comes. */
function whyNot(act: () => unknown): string {
  try {
    act();
    return "";
  } catch (error) {
    if (isTyped(error)) return error.message;
    throw error;
  }
}

/**
 * What comes of a file.
 *
 * @param example - Shape of an example; as the file says unless told.
 * @throws Whatever is no right end.
 */
export async function outcomeOf(
  bytes: Uint8Array,
  example: Shape | undefined,
  settings: Partial<FileSettings> = {},
): Promise<Outcome> {
  try {
    const whole = await inlineExternal(bytes, async ({ location }) => {
      throw new DataError(`expected one file, got tensors in "${location}"`);
    });
    const model = createFileModel(readModelFile(whole), checkSettings(settings), "mutant");
    const shape = example ?? exampleFor(model.file, model.settings);
    const { findings, analysis } = checkFile(model, shape);
    if (!analysis) {
      const because = findings.map(({ what }) => what).join("; ");
      if (because === "") throw new Error("it cannot be trained, and nothing is said against it");
      // Who trains a file does not check it before.
      return { end: "blocked", because: `${because}; ${whyNot(() => model.analyze(shape))}` };
    }
    const { classes } = analysis;
    const recipe = { ...paperRecipe, batch: BATCH };
    const step = buildStep(model, recipe, shape, classes, 2 * BATCH);
    return { end: "step", step, model, shape };
  } catch (error) {
    if (isTyped(error)) return { end: "refused", because: error.message };
    throw error;
  }
}
