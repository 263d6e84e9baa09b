/**
 * @file Plans what somebody asks a lab for: an experiment of the paper by its name, or a grid by the text of its file.
 */

import { UsageError } from "../base/errors.ts";
import type { FileModel } from "../import/model.ts";
import { experimentFromFile, pathsIn } from "../paper/file-experiment.ts";
import { findExperiment } from "../paper/index.ts";
import { isContent, type ReadContent, requireContent } from "../run/contents.ts";
import { modelOfFile, settingsOf } from "../run/model-file.ts";
import type { StartOptions } from "./lab.ts";
import { type PlannedExperiment, planExperiment } from "./plan-experiment.ts";

/** The models among those named that are of files. */
const modelsGiven = (read: ReadContent, names: readonly string[]): Promise<FileModel[]> =>
  Promise.all(
    names.filter(isContent).map(async (identity) => {
      const bytes = await requireContent(read, "model", identity);
      return modelOfFile(bytes, settingsOf(identity));
    }),
  );

/** Where a lab finds what is asked for. */
interface Sources {
  readonly read: ReadContent;
  readonly dataDir: string | undefined;
}

/**
 * Find out which trials are asked for.
 *
 * @throws UsageError for what is not known, wrong, or a file in a grid: who asks may be elsewhere, and names none here.
 * @throws DataError if data are missing or not what they should be.
 */
export async function planAsked(
  { name, scale, models, seeds, data, n, grid }: StartOptions,
  { read, dataDir }: Sources,
): Promise<PlannedExperiment> {
  if (grid === undefined) {
    const experiment = findExperiment(name);
    const files = await modelsGiven(read, models ?? []);
    const what = { paper: experiment.name };
    return await planExperiment({
      experiment,
      models,
      files,
      seeds,
      dataDir,
      setting: { scale, data, n },
      what,
    });
  }
  const file = `${name}.yaml`;
  const [path] = [...pathsIn("model", grid, file), ...pathsIn("data", grid, file)];
  if (path !== undefined) {
    throw new UsageError(
      `${file}: expected models and data that have names here, got ${path}, a file; run it with shatter run`,
    );
  }
  const { experiment, seeds: own } = experimentFromFile(grid, file, name);
  const what = { file, text: grid, name };
  return await planExperiment({
    experiment,
    what,
    setting: { scale: "paper" },
    seeds: seeds ?? own,
    dataDir,
  });
}
