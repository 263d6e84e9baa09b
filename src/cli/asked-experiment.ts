/**
 * @file An experiment as it is asked for by the text of an experiment file: with the models and the data that it names by paths.
 */

import { join, type ParsedPath, resolve } from "node:path";
import type { ExampleSplits } from "../data/dataset.ts";
import type { GuestOptions } from "../lab/run.ts";
import type { Model } from "../nn/model.ts";
import { experimentFromFile, pathsIn } from "../paper/file-experiment.ts";
import type { AnyContent } from "../run/contents.ts";
import { openLibrary } from "../run/node/library.ts";
import { contentOfSplits, isModelPath } from "../run/subject.ts";
import { readAsked } from "./data-options.ts";

/** An experiment, and what it is asked. */
export type Asked = Pick<
  GuestOptions,
  "experiment" | "what" | "seeds" | "setting" | "files" | "examples" | "models"
>;

/** Reads the examples at a whole path, as options behind it say. */
export type ReadPath = (path: string) => Promise<ExampleSplits>;

/**
 * The experiment in the text of an experiment file, with the models and data that it names by paths.
 *
 * @param file - Where it is: paths are those from its folder.
 * @param read - Reads data at a whole path.
 * @throws UsageError naming file, line and field for what is wrong.
 */
export async function askedOfText(
  text: string,
  { dir, base, name }: Pick<ParsedPath, "dir" | "base" | "name">,
  options: { readonly quiet?: boolean | undefined; readonly memory?: number | undefined },
  read: ReadPath = (path) => readAsked(path, options.quiet ?? false, options.memory),
): Promise<Asked> {
  const where = join(dir, base);
  const { files, identities } = await readModels(pathsIn("model", text, where), dir);
  const found = await readAll(pathsIn("data", text, where), dir, read);
  const all = { ...identities, ...found.identities };
  const { experiment, seeds } = experimentFromFile(text, where, name, all);
  const what = {
    file: base,
    text,
    name,
    ...(files.length > 0 && { models: identities }),
    ...(found.examples.length > 0 && { data: found.identities }),
  };
  const { examples } = found;
  return { experiment, what, seeds, setting: { scale: "paper" }, models: undefined, files, examples };
}

/** The data at paths, as bytes, and their identities; paths are those from a folder. */
async function readAll(paths: readonly string[], folder: string, read: ReadPath) {
  const identities: Record<string, string> = {};
  const examples: AnyContent[] = [];
  for (const path of paths) {
    const content = await contentOfSplits(await read(resolve(folder, path)));
    examples.push(content);
    identities[path] = content.identity;
  }
  return { identities, examples };
}

/** The model files among what is named, and their identities; paths are those from a folder. */
export async function readModels(names: readonly string[], folder: string) {
  const identities: Record<string, string> = {};
  const files: Model[] = [];
  for (const name of names.filter(isModelPath)) {
    const model = await openLibrary({ readsPaths: true }).model(resolve(folder, name));
    files.push(model);
    identities[name] = model.content!.identity;
  }
  return { identities, files };
}
