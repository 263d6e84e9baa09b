/**
 * @file The public names of Shatter.
 */
export { DataError, EngineError, GraphError, ShapeError, UsageError } from "./base/errors.ts";
export { type RandomStream, randomStream } from "./base/random.ts";
export { type RenamingTest, renamingTest } from "./base/renaming-test.ts";
export { pooledInterval, type ShareInterval, type Stratum, wilsonInterval } from "./base/shares.ts";
export { type Estimate, estimate } from "./base/statistics.ts";
export { type ConformanceLine, checkConformance, describeConformance } from "./data/conformance.ts";
export { type Copies, countCopies } from "./data/copies.ts";
export { checkDataset, type Dataset, datasetHash, type Splits, takeExamples } from "./data/dataset.ts";
export type { LoadOptions } from "./data/node/load.ts";
export { crop, preprocess } from "./data/preprocess.ts";
export {
  corruptLabels,
  gaussianPixels,
  permuteLabels,
  type Randomization,
  type Randomized,
  randomize,
  randomPixels,
  shufflePixels,
} from "./data/randomize.ts";
export { evaluate } from "./graph/evaluate.ts";
export { gradient } from "./graph/gradient.ts";
export { readOnnx } from "./graph/onnx/read.ts";
export { writeOnnx } from "./graph/onnx/write.ts";
export * as ops from "./graph/ops/functions.ts";
export { printGraph } from "./graph/print.ts";
export { validateGraph } from "./graph/validate.ts";
export { constant, type Graph, input, type Value } from "./graph/value.ts";
export type { Lab, Started, StartOptions } from "./lab/lab.ts";
export { type LabPlace, type LocalLab, openLab } from "./lab/open.ts";
export type { ExperimentOptions } from "./lab/run.ts";
export { runExperiment, runWorker, workIn } from "./lab/run.ts";
export { type LabStatus, labStatus } from "./lab/status.ts";
export { runRandomizationTest, type TestOptions } from "./lab/test.ts";
export type { Model } from "./nn/model.ts";
export { findModel, models } from "./nn/models.ts";
export { summarizeModel } from "./nn/profile.ts";
export type { Condition } from "./paper/condition.ts";
export type { Experiment } from "./paper/experiment.ts";
export { type ExperimentResult, experimentResultSchema } from "./paper/experiment-result.ts";
export { experimentFromFile } from "./paper/file-experiment.ts";
export { experiments, findExperiment } from "./paper/index.ts";
export type { TestRequest } from "./paper/plan.ts";
export { runTest, type TestContext } from "./paper/randomization-test.ts";
export { type TestResult, testResultSchema } from "./paper/test-result.ts";
export { terminalExperiment } from "./report/experiment/terminal.ts";
export { writeReport } from "./report/node/write.ts";
export { writeExperiment } from "./report/node/write-experiment.ts";
export { writeTheory } from "./report/node/write-theory.ts";
export { parseResult } from "./report/parse-result.ts";
export { terminalTheory } from "./report/theory/terminal.ts";
export { type CheckpointOptions, openCheckpoints } from "./run/node/checkpoints.ts";
export { loadDataset, openLibrary } from "./run/node/library.ts";
export { openProcessPool } from "./run/node/pool.ts";
export { runtime } from "./run/node/runtime.ts";
export type { RunEvent } from "./run/record.ts";
export { type Checkpoints, type DataSource, runHere, type TrialRunner } from "./run/runner.ts";
export { createLibrary, type Library } from "./run/subject.ts";
export type { TrialResult } from "./run/trial-record.ts";
export { fitTwoLayer, type TwoLayerOptions } from "./theory/expressivity/fit-two-layer.ts";
export { evaluateNetwork, type ReluNetwork, weightCount } from "./theory/expressivity/network.ts";
export { networkOnnx } from "./theory/expressivity/onnx.ts";
export { gaborFeatures } from "./theory/features/gabor.ts";
export { type GaborBank, mnistBank } from "./theory/features/gabor-bank.ts";
export { accumulateGram, type GramOptions } from "./theory/features/gram.ts";
export type { FeatureBlock, Gram } from "./theory/features/gram-state.ts";
export {
  type RandomConvSettings,
  randomConvBlocks,
  randomConvDefaults,
} from "./theory/features/random-conv.ts";
export { type ExpressivityOptions, expressivity } from "./theory/node/expressivity.ts";
export { openGramFolder } from "./theory/node/gram-files.ts";
export { type ImplicitOptions, implicitRegularization } from "./theory/node/implicit.ts";
export { type KernelOptions, kernelInterpolation } from "./theory/node/kernel.ts";
export { type RademacherOptions, rademacherComplexity } from "./theory/node/rademacher.ts";
export { type RandomConvGramOptions, randomConvGram } from "./theory/node/random-conv.ts";
export { type StabilityOptions, stabilityOf } from "./theory/node/stability.ts";
export { type TheoryResult, theoryResultSchema } from "./theory/theory-result.ts";
export { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "./train/checkpoint.ts";
export { type Engine, openEngine } from "./train/engine.ts";
export { cropForRecipe, splitsHash } from "./train/prepare.ts";
export { paperRecipe, type Recipe } from "./train/recipe.ts";
export { type TrialSpec, trialId } from "./train/spec.ts";
export {
  type EpochRow,
  type RunOptions,
  runTrial,
  type Subject,
  type TrialEvent,
  type TrialOutcome,
} from "./train/trial.ts";
export type { Verdict } from "./verdict/schema.ts";
export { type DashboardServer, type ServerOptions, startServer } from "./web/server.ts";
