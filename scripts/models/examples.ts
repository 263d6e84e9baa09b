/**
 * @file Writes the test examples of a folder of trained networks as they come from the dataset, for check_export.py.
 *
 *     node scripts/models/examples.ts FOLDER    # FOLDER/examples.safetensors: inputs and true labels
 *
 * Inputs are neither cropped nor preprocessed: whoever checks does what the metadata of the networks say.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeWhole } from "../../src/disk/whole-files.ts";
import { loadDataset } from "../../src/run/node/library.ts";
import { cropForRecipe, splitsHash } from "../../src/train/prepare.ts";
import { readSafetensors, writeSafetensors } from "../../src/train/safetensors.ts";
import { trialSpecSchema } from "../../src/train/spec.ts";

const [folder = "."] = process.argv.slice(2);
const { models } = JSON.parse(readFileSync(join(folder, "index.json"), "utf8"));
const { metadata } = readSafetensors(readFileSync(join(folder, models[0].safetensors)));
const { dataset, recipe } = trialSpecSchema.parse(JSON.parse(metadata["spec"]!));
const splits = await loadDataset(dataset.name, { n: dataset.train, testN: dataset.test });
const hash = await splitsHash(cropForRecipe(splits, recipe));
if (hash !== dataset.hash) throw new Error(`expected data of hash ${dataset.hash}, got ${hash}`);
const { inputs, labels, shape } = splits.test;
const tensors = [
  { name: "inputs", shape, elements: inputs },
  { name: "labels", shape: [labels.length], elements: labels },
];
await writeWhole(join(folder, "examples.safetensors"), writeSafetensors({ tensors, metadata: {} }));
console.log(`${labels.length} test examples of ${dataset.name}`);
