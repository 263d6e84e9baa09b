/**
 * @file What a recipe is for a model file, where nobody said.
 */

import { exampleFor } from "../import/check.ts";
import type { FileModel } from "../import/model.ts";
import type { Recipe } from "../train/recipe.ts";

/** Images are not cropped nor scaled twice, and batches are full where statistics are of them. */
export function fileRecipe(model: FileModel): Partial<Recipe> {
  const { file, settings } = model;
  const normalizes =
    settings.batchNorm === "insert" || file.nodes.some(({ operator }) => operator === "BatchNormalization");
  const isSet = settings.mean !== undefined || settings.deviation !== undefined || preprocesses(model);
  return { preprocess: isSet ? "none" : "standardize", ...(normalizes && { lastBatch: "drop" }) };
}

/** Whether a file normalizes its inputs itself; no, if it cannot be told. */
function preprocesses(model: FileModel): boolean {
  try {
    return model.analyze(exampleFor(model.file, model.settings)).roles.preprocessing.length > 0;
  } catch {
    return false;
  }
}
