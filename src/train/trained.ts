/**
 * @file A trained network as files for other programs: ONNX, which computes, and safetensors, which only holds the numbers.
 *
 * Both say what the network is: which trial trained it on which data, by which recipe, what its inputs are, and how well it does.
 */

import { z } from "zod";
import { DataError } from "../base/errors.ts";
import { canonicalJson, type Json, sha256 } from "../base/json.ts";
import { exampleShape } from "../data/dataset.ts";
import { inferenceFile, tensorsOf } from "../nn/inference.ts";
import type { Model } from "../nn/model.ts";
import { summarizeModel } from "../nn/profile.ts";
import type { TrialOutcome } from "./outcome.ts";
import type { TrialData } from "./prepare.ts";
import { readSafetensors, writeSafetensors } from "./safetensors.ts";
import type { TrainingState } from "./session.ts";
import type { TrialSpec } from "./spec.ts";

/** The network that a trial left. */
export interface TrainedNetwork {
  /** The trial's id. */
  readonly id: string;
  readonly spec: TrialSpec;
  readonly outcome: TrialOutcome;
  readonly model: Model;
  /** What it was trained on and tested on. */
  readonly data: TrialData;
  /** Its parameters and running averages, by name, and what the optimizer had besides. */
  readonly state: TrainingState;
}

/** The files of a network. */
export interface NetworkFiles {
  readonly onnx: Uint8Array;
  readonly safetensors: Uint8Array;
  /** The only size of a batch that the ONNX file takes; undefined for any. */
  readonly batch: number | undefined;
}

/**
 * Write a trained network.
 *
 * The ONNX file computes logits `[batch, classes]` from preprocessed examples `[batch, ...example]`, in inference mode; the
 * safetensors file has parameters and running averages under the same names. The metadata of both is the same:
 *
 * - `shatter`: the version; `trial`: the trial's id; `model`: the model's name; `spec`: the trial's spec, with its recipe.
 * - `input`: name, type, shape of the input, and how examples become one, in words and numbers.
 * - `output`: name of the output, and the classes in its order.
 * - `data`: name and hash of the examples, and what was randomized in them.
 * - `outcome`: what the trial came to; accuracies are in `[0, 1]`, losses in nats.
 * - `parametersHash`: SHA-256 of the parameters, in the model's order.
 *
 * `spec`, `input`, `output`, `data` and `outcome` are JSON. The same network gives the same bytes.
 *
 * @example
 * ```ts
 * import { type Engine, runTrial, type Subject, type TrialSpec, writeTrained } from "shatter/browser";
 *
 * export async function onnxOf(spec: TrialSpec, subject: Subject, engine: Engine): Promise<Uint8Array | undefined> {
 *   for await (const event of runTrial(spec, subject, engine, { wantsNetwork: true })) {
 *     if (event.type === "trained") return writeTrained(event.network, "my-page 1.0").onnx;
 *   }
 *   return undefined;
 * }
 * ```
 * @param version - Of the program.
 * @throws DataError if the training diverged, and left numbers that are not finite.
 */
export function writeTrained(network: TrainedNetwork, version: string): NetworkFiles {
  const { model, data, state } = network;
  const example = exampleShape(data.train);
  const classes = data.train.classNames.length;
  const { batch, input, write } = inferenceFile(model, example, classes, state);
  const shape = [batch ?? "batch", ...example];
  const metadata = metadataOf(network, version, { name: input, type: "float32", shape });
  const tensors = tensorsOf(model, example, classes).map((tensor) => ({
    ...tensor,
    elements: state[tensor.name]!,
  }));
  return { onnx: write(metadata), safetensors: writeSafetensors({ tensors, metadata }), batch };
}

/**
 * Write the ONNX file of a network whose safetensors file is there: the bytes that {@link writeTrained} wrote with it.
 *
 * @param hash - SHA-256 that its parameters must have, in the model's order.
 * @throws DataError if they have another one, or the file is none of such a network.
 */
export async function onnxOfSafetensors(file: Uint8Array, model: Model, hash: string): Promise<Uint8Array> {
  const { tensors, metadata } = readSafetensors(file);
  const { input, output } = headSchema.parse({
    input: JSON.parse(metadata["input"] ?? "null"),
    output: JSON.parse(metadata["output"] ?? "null"),
  });
  const example = input.shape.slice(1).map(Number);
  const classes = output.classes.length;
  const state = Object.fromEntries(tensors.map(({ name, elements }) => [name, elements as Float32Array]));
  const { write } = inferenceFile(model, example, classes, state);
  const parameters = summarizeModel(model, example, classes).parameters.map(({ value }) => {
    const { buffer, byteOffset, byteLength } = state[value.name]!;
    return new Uint8Array(buffer, byteOffset, byteLength);
  });
  const found = await sha256(...parameters);
  if (found !== hash) throw new DataError(`network: expected parameters of hash ${hash}, got ${found}`);
  return write(metadata);
}

/** What a network's metadata say of its shapes. */
const headSchema = z.object({
  input: z.object({ shape: z.array(z.union([z.string(), z.number()])).min(2) }),
  output: z.object({ classes: z.array(z.string()) }),
});

/** What both files say of the network. */
function metadataOf(
  { id, spec, outcome, model, data }: TrainedNetwork,
  version: string,
  input: { readonly name: string; readonly type: string; readonly shape: readonly (number | string)[] },
): { readonly [name: string]: string } {
  const { parametersHash, ...numbers } = outcome;
  const json = (value: unknown): string => canonicalJson(value as Json);
  // In the order of their names, in which a safetensors file has them.
  return {
    data: json({
      name: spec.dataset.name,
      hash: spec.dataset.hash,
      randomized: data.hash,
      touched: data.touched,
    }),
    input: json({ ...input, preprocessing: data.preprocessing() }),
    model: model.name,
    outcome: json(numbers),
    output: json({ name: "logits", classes: data.train.classNames }),
    parametersHash,
    shatter: version,
    spec: json(spec),
    trial: id,
  };
}
