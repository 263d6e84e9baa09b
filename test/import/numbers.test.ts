/**
 * @file Model files where numbers are told: one score is the number, and of several a fresh last layer makes one.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { input } from "../../src/graph/value.ts";
import { checkFile } from "../../src/import/check.ts";
import { readModelFile } from "../../src/import/file.ts";
import { createFileModel } from "../../src/import/model.ts";
import { checkSettings } from "../../src/import/settings.ts";
import { createScope } from "../../src/nn/scope.ts";
import { MODELS } from "./golden.ts";

const EXAMPLE = [8];
const settings = checkSettings({ start: "keep" });

test.each([
  ["faults/17-sigmoid.onnx", 2, "the loss is the squared error of what is before it", true],
  ["faults/17-softmax.onnx", 4, "the last layer is a fresh one, of a number instead of 4 classes", false],
] as const)("%s has one output, and keeps a last layer that has one", (file, classes, says, isKept) => {
  const model = createFileModel(readModelFile(readFileSync(join(MODELS, file))), settings, file);
  const x = input("x", [4, ...EXAMPLE]);
  expect(model.logits(x, classes, createScope()).shape).toEqual([4, classes]);
  const scope = createScope();
  expect(model.logits(x, 1, scope).shape).toEqual([4, 1]);
  const { findings, analysis } = checkFile(model, EXAMPLE, 1);
  const told = findings.map(({ what, means }) => `${what}: ${means}`).join("\n");
  expect(told).toContain(says);
  expect(told).not.toMatch(/second class|cross-entropy of/);
  const head = scope.parameters.find(({ name }) => analysis!.roles.head!.weight.endsWith(name))!;
  expect("start" in head && head.start !== undefined).toBe(isKept);
});
