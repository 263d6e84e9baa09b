/**
 * @file Models from the bytes of ONNX files: named by their hash, and by how they are read.
 */

import { readModelFile } from "../import/file.ts";
import { createFileModel, type FileModel } from "../import/model.ts";
import { readSettings, writeSettings } from "../import/settings.ts";
import { bytesOf, contentOf } from "./contents.ts";

/**
 * A model from the bytes of an ONNX file.
 *
 * @example
 * ```ts
 * import { readFile } from "node:fs/promises";
 * import { checkFile, modelOfFile, runRandomizationTest, tellFinding } from "shatter";
 *
 * const model = await modelOfFile(await readFile("resnet18.onnx"), "?start=keep", "resnet18");
 * for (const finding of checkFile(model, [3, 32, 32]).findings) console.log(tellFinding(finding));
 * const { verdict } = await runRandomizationTest({ data: "cifar10", n: 1000, model });
 * console.log(verdict.text);
 * ```
 * @param settings - How it is read, such as `?start=keep`; as usual unless told.
 * @param name - What people call it; by its hash unless told.
 * @throws UsageError naming a setting that is not possible.
 * @throws DataError naming the place, if the bytes are no ONNX file.
 */
export async function modelOfFile(bytes: Uint8Array, settings = "", name?: string): Promise<FileModel> {
  const { identity } = await contentOf(bytes);
  const read = readSettings(settings);
  const model = createFileModel(readModelFile(bytes), read, name ?? `onnx-${identity.slice(7, 15)}`);
  return { ...model, content: { identity: identity + writeSettings(read), bytes } };
}

/** What an identity or a path says, from the question mark on, of how a file is read. */
export const settingsOf = (identity: string): string => identity.slice(bytesOf(identity).length);
