/**
 * A model in an ONNX file: what is in it, and whether its recipe learns or memorizes. Here the file is one that Shatter
 * trained itself; yours may be of PyTorch, Keras or scikit-learn.
 *
 *   npx node examples/11-model-file.ts [FILE.onnx]
 */

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkFile, modelOfFile, runRandomizationTest, tellFinding } from "../src/index.ts";

const folder = await mkdtemp(join(tmpdir(), "shatter-model-"));
const data = { data: "digits", n: 300 } as const;
let path = process.argv[2];
if (path === undefined) {
  await runRandomizationTest({ ...data, model: "mlp-1x512", corrupt: [0], saveModels: folder });
  path = join(folder, "true-labels-seed-0.onnx");
}

// Weights start fresh: `?start=keep` would begin with the file's.
const model = await modelOfFile(await readFile(path), "", "my model");
const { findings, analysis } = checkFile(model, [1, 8, 8]);
for (const finding of findings) console.log(tellFinding(finding));
console.log(`${analysis?.roles.trained.size ?? 0} tensors are trained, for ${analysis?.classes} classes`);

const { verdict } = await runRandomizationTest({ ...data, model });
console.log(verdict.text);
await rm(folder, { recursive: true });
