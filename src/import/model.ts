/**
 * @file A model from an ONNX file: read anew for every shape of examples and size of batch, and trained again.
 */

import { DataError } from "../base/errors.ts";
import { randomStream } from "../base/random.ts";
import type { Tensor } from "../graph/onnx/parse.ts";
import { constant, type Shape, type Value } from "../graph/value.ts";
import type { Model } from "../nn/model.ts";
import type { Scope } from "../nn/scope.ts";
import { type Analysis, analyze } from "./analysis.ts";
import { builderFor, parameterName } from "./builder.ts";
import { enter } from "./examples.ts";
import type { ModelFile } from "./file.ts";
import { headShapes, widthOf } from "./head.ts";
import { logitsBefore } from "./logits.ts";
import type { Trained } from "./roles.ts";
import type { FileSettings } from "./settings.ts";
import { instantiate } from "./trace.ts";

/** A file as a model. */
export interface FileModel extends Model {
  readonly file: ModelFile;
  readonly settings: FileSettings;
  /**
   * What the file is, for examples of a shape.
   *
   * @throws UsageError if it does not take such examples, DataError if it cannot be trained.
   */
  analyze(example: Shape): Analysis;
}

/** Whether a model is of a file. */
export const isFileModel = (model: Model): model is FileModel => "analyze" in model;

/**
 * A file as a model.
 *
 * @param name - What people call it.
 */
export function createFileModel(file: ModelFile, settings: FileSettings, name: string): FileModel {
  const known = new Map<string, Analysis>();
  const analyzed = (example: Shape): Analysis => {
    const key = String(example);
    const analysis = known.get(key) ?? analyze(file, settings, example);
    known.set(key, analysis);
    return analysis;
  };
  return {
    name,
    title: `a model file of operator set ${file.opset}`,
    source: file.producer === "" ? "an ONNX file" : `an ONNX file by ${file.producer}`,
    file,
    settings,
    analyze: analyzed,
    logits: (x, classes, scope) => rebuild(file, settings, analyzed(x.shape.slice(1)), x, classes, scope),
  };
}

/** Build the network for a batch, with parameters in the places of the file's tensors. */
function rebuild(
  file: ModelFile,
  settings: FileSettings,
  analysis: Analysis,
  x: Value,
  classes: number,
  scope: Scope,
): Value {
  const { roles, tied, entrance, output } = analysis;
  const made = new Map<string, Value>();
  // One score is of two classes, or of a number.
  const isKept = classes === analysis.classes || classes === widthOf(analysis);
  const head = isKept ? undefined : headShapes(analysis, classes, file);
  const weight = (name: string, tensor: Tensor): Value => {
    const trained = roles.trained.get(name);
    if (!trained) return constant(tensor.data, tensor.shape, "float32", name);
    const key = tied.get(name) ?? name;
    const known = made.get(key);
    if (known) return known;
    const wanted = head?.get(name);
    const start = wanted ? undefined : startOf(trained, tensor, settings);
    const { role, fanIn, fanOut } = trained;
    const value = scope.parameter(parameterName(key), wanted ?? tensor.shape, {
      role,
      fanIn,
      fanOut: wanted ? (fanOut * classes) / widthOf(analysis) : fanOut,
      ...(start && { start }),
    });
    made.set(key, value);
    return value;
  };
  const value = instantiate(file, {
    x: enter(x, entrance, settings),
    output,
    weight,
    builderOf: builderFor(scope, settings, analysis),
  });
  const { value: logits } = logitsBefore(value, x.shape[0]!, classes === 1);
  if (logits.shape[1] === classes) return logits;
  throw new DataError(
    `model file: expected ${classes} classes from a fresh last layer, got ${logits.shape[1]}: a size of the output is written down behind it; export the model for ${classes} classes`,
  );
}

/** Tables of words and positions start as in BERT and ViT: normal, with this deviation. */
const TABLE_DEVIATION = 0.02;

/** What a parameter starts as, where the recipe does not say. */
function startOf(
  { isTable }: Trained,
  { data }: Tensor,
  { start }: FileSettings,
): ((seed: number, index: number) => Float32Array) | undefined {
  if (start === "keep") return () => new Float32Array(data);
  if (start === "permute") return (seed, index) => shuffled(data, seed, index);
  if (!isTable) return undefined;
  return (seed, index) => {
    const random = randomStream(seed, "initialization", index);
    return Float32Array.from(data, () => random.normal() * TABLE_DEVIATION);
  };
}

/** The elements in another order, each of all orders as likely (Fisher and Yates). */
function shuffled(data: Tensor["data"], seed: number, index: number): Float32Array {
  const random = randomStream(seed, "initialization", index);
  const elements = new Float32Array(data);
  for (let last = elements.length - 1; last > 0; last--) {
    const other = Math.floor(random.uniform() * (last + 1));
    [elements[last], elements[other]] = [elements[other]!, elements[last]!];
  }
  return elements;
}
