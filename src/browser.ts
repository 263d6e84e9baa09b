/**
 * @file `shatter/browser`: trials and randomization tests without files or processes, on an engine that is given.
 *
 * It promises: nothing here asks for Node, so a bundle runs in a browser with onnxruntime-web as it does in Node with
 * onnxruntime-node; trials are async generators that know no page, and equal specs give equal ids.
 */

export { EngineError } from "./base/errors.ts";
export * from "./data.ts";
export { type Check, checkFile } from "./import/check.ts";
export { type Finding, tellFinding } from "./import/finding.ts";
export type { FileModel } from "./import/model.ts";
export { checkSettings, type FileSettings } from "./import/settings.ts";
export * as layers from "./nn/layers.ts";
export type { Model } from "./nn/model.ts";
export { findModel, models } from "./nn/models.ts";
export { summarizeModel } from "./nn/profile.ts";
export type { Scope } from "./nn/scope.ts";
export type { TestRequest } from "./paper/plan.ts";
export { runTest, type TestContext } from "./paper/randomization-test.ts";
export { type TestResult, testResultSchema } from "./paper/test-result.ts";
export { modelOfFile } from "./run/model-file.ts";
export type { RunEvent } from "./run/record.ts";
export { type Checkpoints, type DataSource, runHere, type TrialRunner } from "./run/runner.ts";
export { createLibrary, identify, type Library } from "./run/subject.ts";
export type { TrialResult } from "./run/trial-record.ts";
export { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "./train/checkpoint.ts";
export { type Engine, openEngine } from "./train/engine.ts";
export { cropForRecipe, splitsHash } from "./train/prepare.ts";
export { paperRecipe, type Recipe } from "./train/recipe.ts";
export type { Runtime } from "./train/sessions.ts";
export { type TrialSpec, trialId } from "./train/spec.ts";
export { type NetworkFiles, type TrainedNetwork, writeTrained } from "./train/trained.ts";
export {
  type EpochRow,
  type RunOptions,
  runTrial,
  type Subject,
  type TrialEvent,
  type TrialOutcome,
} from "./train/trial.ts";
export type { Verdict } from "./verdict/schema.ts";
