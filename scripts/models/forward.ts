/**
 * @file Real-size files: read, checked, computed, beside the logits that `make.py --full DIR` wrote of them.
 *
 *   node scripts/models/forward.ts DIR/resnet18.onnx [...]
 */

import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { writeOnnx } from "../../src/graph/onnx/write.ts";
import { input, sizeOf } from "../../src/graph/value.ts";
import { checkFile } from "../../src/import/check.ts";
import { initialize } from "../../src/nn/initialize.ts";
import { createScope } from "../../src/nn/scope.ts";
import { modelOfFile } from "../../src/run/model-file.ts";
import { readModelAt } from "../../src/run/node/model-file.ts";
import { runtime } from "../../src/run/node/runtime.ts";
import { openEngine } from "../../src/train/engine.ts";
import { examplesOf, type Golden, relativeError } from "../../test/import/golden.ts";

for (const path of process.argv.slice(2)) {
  const golden = JSON.parse(readFileSync(path.replace(/\.onnx$/, ".json"), "utf8")) as Golden;
  const began = performance.now();
  const bytes = await readModelAt(path);
  const model = await modelOfFile(bytes, "?start=keep", basename(path));
  const { shape } = golden.input;
  const { findings, analysis } = checkFile(model, shape);
  const seconds = (performance.now() - began) / 1000;
  const peak = process.resourceUsage().maxRSS / 2 ** 10;
  const x = input("x", [golden.batch, ...shape]);
  const scope = createScope();
  const logits = model.logits(x, golden.classes, scope);
  const engine = await openEngine(runtime, "cpu", 2);
  const given = [...scope.parameters, ...scope.averages].map(({ value }) => value);
  const graph = { name: "logits", inputs: [x, ...given], outputs: [{ name: "logits", value: logits }] };
  const session = await engine.open(writeOnnx(await engine.lower(graph)));
  const feeds = Object.fromEntries([
    ...scope.parameters.map((one, at) => [
      one.value.name,
      tensor(initialize(one, "he-normal", 0, at), one.value.shape),
    ]),
    ...scope.averages.map(({ value, start }) => [
      value.name,
      tensor(
        typeof start === "number" ? new Float32Array(sizeOf(value.shape)).fill(start) : start,
        value.shape,
      ),
    ]),
  ]);
  const results = await session.run({
    ...feeds,
    x: tensor(examplesOf(golden, 1).inputs as Float32Array, x.shape),
  });
  const error = relativeError(results["logits"]!.data as Float32Array, golden.before);
  await session.release();
  console.log(
    `${basename(path)}: ${(bytes.length / 2 ** 20).toFixed(0)} MiB, read and checked in ${seconds.toFixed(1)} s with ${peak.toFixed(0)} MiB; ` +
      `${analysis?.roles.trained.size ?? 0} tensors are trained, ${findings.filter(({ kind }) => kind === "lost").length} lost; logits within ${error.toExponential(0)}`,
  );
}

function tensor(elements: Float32Array, shape: readonly number[]) {
  return new runtime.Tensor("float32", elements, shape);
}
