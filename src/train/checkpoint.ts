/**
 * @file A checkpoint: all that a trial needs to go on where it was interrupted, as bytes and back.
 *
 * Random state is derived from the seed and the position, so the position is enough. The bytes are a
 * safetensors file: the tensors, the rest as JSON in its metadata, and a SHA-256 over both.
 */

import { z } from "zod";
import { DataError } from "../base/errors.ts";
import { canonicalJson, type Json, sha256 } from "../base/json.ts";
import { sameShape, showShape } from "../graph/value.ts";
import type { FittedSince } from "./hard.ts";
import { type EpochRow, epochRowSchema } from "./history.ts";
import { type TrialOutcome, trialOutcomeSchema } from "./outcome.ts";
import { type NamedTensor, readSafetensors, writeSafetensors } from "./safetensors.ts";
import type { TrainingState } from "./session.ts";
import type { Step } from "./step.ts";

/** How far an epoch has come. */
export interface EpochPosition {
  /** Steps done. */
  readonly step: number;
  /** Sum of their losses, added in order, in nats. */
  readonly lossTotal: number;
}

/** A trial at the end of a run of the engine. */
export interface Checkpoint extends EpochPosition {
  /** The trial's id. */
  readonly trial: string;
  /** The epochs done; `step` and `lossTotal` are of the one after them. */
  readonly history: readonly EpochRow[];
  /** Time spent on the trial, as told by who runs it. */
  readonly seconds: number;
  /** What the trial left behind, once it has ended: it then needs no tensors. */
  readonly outcome: TrialOutcome | null;
  /** Parameters, running averages and the optimizer's own; those of the training itself, not copies. */
  readonly tensors: readonly NamedTensor[];
}

/** What a checkpoint must have been made of and by, to be gone on from. */
export interface CheckpointOrigin {
  readonly trial: string;
  /** Program, engine and device, in words: another one might go on to other bytes. */
  readonly program: string;
}

const FORMAT = "shatter/checkpoint@1";

const factsSchema = z.strictObject({
  schema: z.literal(FORMAT),
  program: z.string(),
  trial: z.string(),
  step: z.int().min(0),
  lossTotal: z.number(),
  history: z.array(epochRowSchema),
  seconds: z.number().min(0),
  outcome: trialOutcomeSchema.nullable(),
});

/** Write a checkpoint; the same one gives the same bytes. */
export async function encodeCheckpoint(checkpoint: Checkpoint, program: string): Promise<Uint8Array> {
  const { tensors, ...facts } = checkpoint;
  const metadata = { checkpoint: canonicalJson({ schema: FORMAT, program, ...facts } as unknown as Json) };
  const digest = await sha256(writeSafetensors({ tensors, metadata }));
  return writeSafetensors({ tensors, metadata: { ...metadata, sha256: digest } });
}

/**
 * Read a checkpoint.
 *
 * @throws DataError if it is damaged, of another format version, of another trial or made by another program.
 */
export async function decodeCheckpoint(bytes: Uint8Array, origin: CheckpointOrigin): Promise<Checkpoint> {
  const { tensors, metadata } = readSafetensors(bytes);
  const { sha256: claimed, ...others } = metadata;
  const written = readJson(others["checkpoint"]);
  requireEqual("format", FORMAT, written["schema"]);
  // The checksum is that of the same file without the checksum.
  requireEqual("checksum", await sha256(writeSafetensors({ tensors, metadata: others })), claimed);
  const { data, error } = factsSchema.safeParse(written);
  if (error) {
    const { path, message } = error.issues[0]!;
    throw new DataError(`checkpoint: ${path.join(".")}: ${message}`);
  }
  const { schema: _, program, ...facts } = data;
  requireEqual("trial", origin.trial, facts.trial);
  requireEqual("program", origin.program, program);
  return { ...facts, tensors };
}

/**
 * How far a checkpoint's trial had come, whoever made it: for lists, not to go on from.
 *
 * @throws DataError if it is not a checkpoint.
 */
export function positionOf(bytes: Uint8Array): { readonly epochs: number; readonly step: number } {
  const { data, error } = factsSchema.safeParse(readJson(readSafetensors(bytes).metadata["checkpoint"]));
  if (error) {
    const { path, message } = error.issues[0]!;
    throw new DataError(`checkpoint: ${path.join(".")}: ${message}`);
  }
  return { epochs: data.history.length, step: data.step };
}

/** Since when training examples are answered as taught; no parameter has a name like it. */
const FITTED = "shatter/fitted-since";

/** The tensors that a step carries along, in its order, as they are now, and since when each example was fitted. */
export const tensorsOf = (state: TrainingState, step: Step, since?: FittedSince): NamedTensor[] => [
  ...step.state.map(({ input: { name, shape } }) => ({ name, shape, elements: state[name]! })),
  ...(since ? [{ name: FITTED, shape: [since.length], elements: since }] : []),
];

/** Since when each of some examples was fitted; undefined if a checkpoint does not know. */
export function fittedIn({ tensors }: Checkpoint, count: number): FittedSince | undefined {
  const elements = tensors.find(({ name }) => name === FITTED)?.elements;
  return elements instanceof Int32Array && elements.length === count ? elements : undefined;
}

/**
 * The training state in a checkpoint, to go on with a step.
 *
 * @throws DataError if the tensors are not those of the step.
 */
export function stateOf({ tensors }: Checkpoint, step: Step): TrainingState {
  const parts = tensors.filter(({ name }) => name !== FITTED);
  const found = new Map(parts.map((tensor) => [tensor.name, tensor]));
  const state = step.state.map(({ input: { name, shape } }) => {
    const tensor = found.get(name);
    if (!(tensor?.elements instanceof Float32Array) || !sameShape(tensor.shape, shape)) {
      const got = tensor ? `another of ${showShape(tensor.shape)}` : "none";
      throw new DataError(
        `checkpoint: expected a float32 tensor "${name}" of ${showShape(shape)}, got ${got}`,
      );
    }
    return [name, tensor.elements] as const;
  });
  if (found.size !== state.length) {
    throw new DataError(`checkpoint: expected ${state.length} tensors, got ${found.size}`);
  }
  return Object.fromEntries(state);
}

/** Refuse what is not as expected, naming both. */
export function requireEqual(what: string, expected: string, got: unknown): void {
  if (got !== expected) {
    throw new DataError(
      `checkpoint: expected ${what} ${expected}, got ${typeof got === "string" ? got : "none"}`,
    );
  }
}

function readJson(text: string | undefined): { readonly [name: string]: unknown } {
  try {
    return Object(JSON.parse(text ?? "null"));
  } catch {
    throw new DataError("checkpoint: expected its facts in JSON, got something else");
  }
}
