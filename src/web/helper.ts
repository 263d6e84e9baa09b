/**
 * @file What the server asks of its helper, a process of its own: all that computes. The server's process answers
 * requests and keeps leases alive, so it must never be busy.
 */

import type { Randomization } from "../data/randomization.ts";
import type { ExperimentResult } from "../paper/experiment-result.ts";
import type { DataSource } from "../run/runner.ts";
import type { TheoryResult } from "../theory/theory-result.ts";
import type { Hard } from "../train/hard.ts";
import type { TrialSpec } from "../train/spec.ts";
import type { GridAnswer, MisfitAnswer } from "./api.ts";

/** Work for the helper, and what it answers. */
export interface HelperJobs {
  /** Examples of a dataset under a randomization. */
  readonly grid: {
    readonly ask: Randomization & {
      readonly source: DataSource;
      readonly seed: number;
      readonly count: number;
    };
    readonly answer: GridAnswer;
  };
  /** A sheet of training examples, as PNG. */
  readonly examples: {
    readonly ask: {
      readonly spec: TrialSpec;
      readonly source: DataSource;
      readonly epoch: number;
      readonly count: number;
    };
    readonly answer: Uint8Array;
  };
  /** Training examples that a network does not answer as it was taught. */
  readonly misfit: {
    readonly ask: {
      readonly spec: TrialSpec;
      readonly source: DataSource;
      readonly checkpoint: Uint8Array;
      readonly count: number;
      /** After how long no more examples are asked. */
      readonly seconds: number;
    };
    readonly answer: MisfitAnswer;
  };
  /** What a trial that has ended found hard. */
  readonly hard: {
    readonly ask: {
      readonly spec: TrialSpec;
      readonly source: DataSource;
      readonly hard: Hard;
      readonly epochs: number;
      readonly count: number;
    };
    readonly answer: MisfitAnswer;
  };
  /** The ONNX file of a network that a lab keeps as safetensors, whose parameters have a hash. */
  readonly network: {
    readonly ask: { readonly spec: TrialSpec; readonly file: Uint8Array; readonly hash: string };
    readonly answer: Uint8Array;
  };
  /** A file of a report. */
  readonly file: {
    readonly ask: { readonly document: ExperimentResult | TheoryResult; readonly name: string };
    readonly answer: string | Uint8Array;
  };
}

/** A process that computes for the server, one job after the other. */
export interface Helper extends AsyncDisposable {
  /**
   * Do a job.
   *
   * @throws Refusal if it cannot be done, takes too long, or too many wait already.
   */
  ask<K extends keyof HelperJobs>(kind: K, job: HelperJobs[K]["ask"]): Promise<HelperJobs[K]["answer"]>;
}

/** What the server says to the helper's process, and what it answers. */
export type HelperMessage = {
  readonly [K in keyof HelperJobs]: { readonly kind: K; readonly job: HelperJobs[K]["ask"] };
}[keyof HelperJobs];
export type HelperAnswer =
  | { readonly value: HelperJobs[keyof HelperJobs]["answer"] }
  /** `expected`: the request is to blame, or the machine, and the sentence is for whoever asked. */
  | { readonly error: string; readonly expected: boolean };
