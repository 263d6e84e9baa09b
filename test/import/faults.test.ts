/**
 * @file A file for each fault that importers meet (`faults.json` says what a right one does): it is refused with a reason
 * and a remedy, or it computes what ONNX Runtime computes from it, trains what should train, and what should be known is said.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { Dataset } from "../../src/data/dataset.ts";
import type { Shape } from "../../src/graph/value.ts";
import { checkFile } from "../../src/import/check.ts";
import { readModelFile } from "../../src/import/file.ts";
import { type Finding, tellFinding } from "../../src/import/finding.ts";
import { createFileModel, type FileModel } from "../../src/import/model.ts";
import { checkSettings } from "../../src/import/settings.ts";
import { readModelAt } from "../../src/run/node/model-file.ts";
import { runtime } from "../../src/run/node/runtime.ts";
import { type Engine, openEngine } from "../../src/train/engine.ts";
import { paperRecipe } from "../../src/train/recipe.ts";
import { createTrainer } from "../../src/train/session.ts";
import { buildStep } from "../../src/train/step.ts";
import { channelsLast, finish, logitsOf, resultsOf } from "./forward.ts";
import { examplesOf, type Golden, MODELS, relativeError } from "./golden.ts";

interface Fault {
  readonly file: string;
  readonly right: "imports" | "reports" | "asks" | "refuses";
  readonly says: string;
  readonly trains?: readonly string[];
  readonly input?: Shape;
  readonly tokens?: number;
  readonly output?: { readonly [name: string]: readonly number[] };
  readonly losses?: readonly number[];
  readonly running?: { readonly mean: readonly number[]; readonly unbiasedVariance: readonly number[] };
}

const FAULTS = join(MODELS, "faults");
const faults: readonly Fault[] = JSON.parse(readFileSync(join(FAULTS, "faults.json"), "utf8"));

/** What refusals say: the place, and what to do. */
const REFUSALS: { readonly [file: string]: RegExp } = {
  "03-no-parameters.onnx": /expected weights to train, got none/,
  "03-weights-not-in-file.onnx": /"w".*without its weights.*export_params=False/,
  // There is no operation for it, and no other operations that it is made of have its gradient at 0.
  "12-atan.onnx": /operator Atan \(Atan_y\).*express it by others/i,
  "12-if.onnx": /If \(If_y\).*one case/i,
  "13-fused-conv.onnx": /com\.microsoft\.FusedConv \(FusedConv_y\).*without that optimization/,
  "13-vendor.onnx": /org\.example\.Magic \(Magic_y\).*export/,
  "14-qdq.onnx": /DequantizeLinear \(.*DequantizeLinear_wd\).*before it is quantized/,
  "14-quantized-operators.onnx": /MatMulInteger \(MatMulInteger_i\).*before it is quantized/,
  "18-external-missing.onnx": /"hidden\.weight".*"18-not-there\.bin".*beside the model/,
  "18-external-outside.onnx": /"hidden\.weight".*folder of the model.*"\.\.\/mlp.*files outside are not read/,
  "18-external-absolute.onnx": /"hidden\.weight".*folder of the model.*files outside are not read/,
  "18-external-link.onnx": /"hidden\.weight".*is a link out of it/,
  "18-external-too-long.onnx": /"hidden\.weight".*expected 456 bytes.*got 272.*export/,
  "18-external-wrong-length.onnx": /"hidden\.weight": expected 64 elements.*got 32/,
  "19-opset-6.onnx": /operator set 7 to 24, got 6; export/,
  "19-opset-99.onnx": /operator set 7 to 24, got 99; export/,
  "21-int8.onnx": /Cast_wf.*"w" is of int8.*before it is quantized/,
};

/** What findings say of those that are trained. */
const FINDINGS: { readonly [file: string]: readonly [kind: Finding["kind"], says: RegExp] } = {
  "01-batch-norm-folded.onnx": ["note", /all 2 convolutions have biases.*folded.*`batchNorm` insert/],
  "01-batch-norm-partly-folded.onnx": ["note", /1 of 2 convolutions have biases.*\(Conv_a\).*folded/],
  "02-dropout-removed.onnx": ["note", /no dropout.*say `dropout`/],
  "08-training-mode.onnx": ["changed", /statistics of the batch in training, as the file says/],
  "08-five-outputs.onnx": ["changed", /statistics of the batch in training, as the file says/],
  "08-statistics-as-outputs.onnx": ["changed", /statistics of the batch in training, as the file says/],
  "10-copies.onnx": ["note", /tied tensors.*\(w2, w\)/],
  "10-identity-of-zeros.onnx": ["note", /biases and factors that are equal were written once.*\(b2\)/],
  "11-reshape.onnx": ["changed", /size of a batch written down, 2 \(Reshape_features\).*dynamic_axes/],
  "11-reshape-free-input.onnx": [
    "changed",
    /size of a batch written down, 1 \(Reshape_features\).*dynamic_axes/,
  ],
  "11-expand.onnx": ["changed", /size of a batch written down, 2 \(Expand_c\).*dynamic_axes/],
  "11-fixed-input.onnx": ["note", /declared for batches of 1.*any size/],
  "12-if-constant.onnx": ["note", /\(If_y\)/],
  "13-function.onnx": ["note", /\(Swish_y\)/],
  "16-nhwc-transpose.onnx": ["changed", /channels last, since/],
  "16-nhwc-reshape.onnx": ["note", /\(Reshape_t\).*channels and columns are mixed/],
  "16-keras3.onnx": ["lost", /statistic is subtracted.*folded/],
  "17-softmax.onnx": ["changed", /taken off: softmax/],
  "17-log-softmax.onnx": ["changed", /taken off: logSoftmax/],
  "17-arg-max.onnx": ["changed", /taken off: argMax/],
  "17-softmax-arg-max.onnx": ["changed", /taken off: softmax/],
  "17-sigmoid.onnx": ["changed", /taken off: sigmoid/],
  "17-zipmap.onnx": ["changed", /taken off: .*softmax/],
  "21-double.onnx": ["changed", /float64 are computed with in float32/],
  "21-float16-whole.onnx": ["changed", /float16 are computed with in float32/],
  "21-bfloat16-whole.onnx": ["changed", /bfloat16 are computed with in float32/],
  "21-double-whole.onnx": ["changed", /float64 are computed with in float32/],
  "22-normalized-inside.onnx": ["changed", /normalizes its inputs itself \(mean, std\).*`preprocess` none/],
  "22-normalized-from-bytes.onnx": ["changed", /from 0 to 255.*`deviation` 0\.0039/],
  "22-batch-norm-first.onnx": ["note", /normalizes the inputs, and is trained \(BatchNormalization_n\)/],
};

/** Decided otherwise than the entries say: equal matrices are one parameter, since exporters write a tied one twice. */
const TIES: { readonly [file: string]: string } = { "10-copies.onnx": "w2" };

/** Parameters that the file has under no name of a tensor: those that an Identity passes on. */
const ALIASES: { readonly [file: string]: readonly string[] } = { "10-identity-of-zeros.onnx": ["b2"] };

/** Computed in half precision by ONNX Runtime, in float32 here. */
const isHalf = ({ file }: Fault): boolean => /float16-whole/.test(file);

/** The images of an entry as Shatter has them, channels first. */
const exampleOf = ({ file, input = [3, 8, 8] }: Fault): Shape =>
  file.startsWith("16-") ? [input[2]!, input[0]!, input[1]!] : input;

const dataOf = (fault: Fault, batch: number, steps: number, classes: number): Dataset =>
  examplesOf(
    {
      input: { kind: fault.tokens ? "tokens" : "numbers", shape: exampleOf(fault), vocabulary: fault.tokens },
      classes,
      batch,
    } as Golden,
    steps,
  );

async function modelOf(
  { file }: Fault,
  settings: object = {},
): Promise<{ model: FileModel; bytes: Uint8Array }> {
  const bytes = await readModelAt(join(FAULTS, file));
  const known = checkSettings({ start: "keep", ...settings });
  return { bytes, model: createFileModel(readModelFile(bytes), known, file) };
}

/** Train for some steps as the entries were: rate 0.1, nothing else. */
async function train(fault: Fault, model: FileModel, steps: number) {
  const { classes } = model.analyze(exampleOf(fault));
  const recipe = { ...paperRecipe, batch: 4, learningRate: 0.1, learningRateDecay: 1, momentum: 0 };
  const data = dataOf(fault, 4, steps, classes);
  const step = buildStep(model, recipe, exampleOf(fault), classes, 4 * steps);
  await using trainer = await createTrainer(engine, step, data, "he-normal", 0);
  const losses = await trainer.train({
    steps,
    indices: Int32Array.from({ length: 4 * steps }, (_, at) => at),
    weights: new Float32Array(4 * steps).fill(1),
    rates: new Float32Array(steps).fill(0.1),
    masks: step.masks.map(({ value: { shape } }) =>
      new Float32Array(steps * shape.reduce((a, b) => a * b, 1)).fill(1),
    ),
  });
  return { losses, state: await trainer.state() };
}

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine(runtime, "cpu", 1);
});

const isRefused = ({ file }: Fault): boolean => file in REFUSALS;
const byName = (fault: Fault): [string, Fault] => [fault.file, fault];

describe("faults of importers", () => {
  test("each has its outcome here", () => {
    const named = faults.filter(({ right }) => right === "refuses").map(({ file }) => file);
    expect(Object.keys(REFUSALS).sort()).toEqual([...named, "12-atan.onnx"].sort());
    const reported = faults.filter(({ right }) => right === "reports").map(({ file }) => file);
    expect(Object.keys(FINDINGS)).toEqual(expect.arrayContaining(reported));
  });

  test.for(faults.filter(isRefused).map(byName))("%s is refused", async ([file, fault]) => {
    const told = await modelOf(fault).then(
      ({ model }) => {
        const { findings, analysis } = checkFile(
          model,
          fault.input ?? (fault.file.startsWith("03-no") ? [3, 8, 8] : [8]),
        );
        expect(analysis).toBeUndefined();
        expect(findings.every(({ kind }) => kind === "blocking")).toBe(true);
        return findings.map(tellFinding).join("\n");
      },
      (error) => {
        expect(error.constructor.name).toBe("DataError");
        return error.message;
      },
    );
    expect(told).toMatch(REFUSALS[file]!);
  });

  test("17-two-outputs.onnx asks for one, and trains what it is made of", async () => {
    const fault = faults.find(({ right }) => right === "asks")!;
    const { model } = await modelOf(fault);
    const { findings } = checkFile(model, exampleOf(fault));
    expect(findings.map(tellFinding).join("\n")).toMatch(/"logits", "aux"; choose one \(`output`\)/);
    const { model: chosen } = await modelOf(fault, { output: "logits" });
    expect([...chosen.analyze(exampleOf(fault)).roles.trained.keys()].sort()).toEqual(fault.trains);
  });

  const trained = faults.filter((fault) => !isRefused(fault) && fault.right !== "asks");
  test.for(trained.map(byName))("%s trains", async ([file, fault]) => {
    const example = exampleOf(fault);
    const { model, bytes } = await modelOf(fault);
    const { findings, analysis } = checkFile(model, example);
    expect(findings.filter(({ kind }) => kind === "blocking")).toEqual([]);
    const [kind, says] = FINDINGS[file] ?? [];
    if (says) {
      const told = findings.filter((finding) => finding.kind === kind).map(tellFinding);
      expect(told.join("\n")).toMatch(says);
    }
    const { roles, tied, taken, classes, entrance, output } = analysis!;
    const names = new Set([...roles.trained.keys()].map((name) => tied.get(name) ?? name));
    const expected = [...fault.trains!.filter((name) => name !== TIES[file]), ...(ALIASES[file] ?? [])];
    expect([...names].sort()).toEqual(expected.sort());
    // What is written down for a batch runs in no other.
    const batch = fault.output?.[output]
      ? fault.output[output].length / (taken.includes("argMax") || classes < 3 ? 1 : classes)
      : 4;
    const examples = dataOf(fault, batch, 1, classes).inputs as Float32Array;
    const got = finish(await logitsOf(engine, model, example, examples), analysis!);
    // Their layout is not that of the formula's images.
    if (fault.output?.[output] && !file.startsWith("16-"))
      expect(relativeError(got, fault.output[output])).toBeLessThan(isHalf(fault) ? 1e-2 : 1e-4);
    // It knows no bfloat16, and no Reshape of a batch that is not its own.
    const isRun = !isHalf(fault) && file !== "11-reshape-free-input.onnx" && file !== "17-zipmap.onnx";
    if (isRun) {
      const given = entrance.layout === "channels-last" ? channelsLast(examples, example) : examples;
      const results = await resultsOf(bytes, given, [batch, ...entrance.shape]);
      expect(relativeError(got, results[output]!)).toBeLessThan(1e-4);
    }
    const { losses, state } = await train(fault, model, fault.losses?.length ?? 1);
    expect(losses.every(Number.isFinite)).toBe(true);
    if (fault.losses && !(file in TIES)) expect(relativeError(losses, fault.losses)).toBeLessThan(1e-4);
    if (fault.running) {
      expect(relativeError(state["bn.mean"]!, fault.running.mean)).toBeLessThan(1e-4);
      expect(relativeError(state["bn.variance"]!, fault.running.unbiasedVariance)).toBeLessThan(1e-4);
    }
  });
});
