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
export { type LoadOptions, loadDataset } from "./data/load.ts";
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
export { type ExperimentResult, experimentResultSchema } from "./lab/experiment-result.ts";
export type { Condition } from "./lab/experiments/condition.ts";
export type { Experiment } from "./lab/experiments/experiment.ts";
export { experimentFromFile } from "./lab/experiments/file-experiment.ts";
export { experiments, findExperiment } from "./lab/experiments/index.ts";
export type { Lab, Started, StartOptions } from "./lab/lab.ts";
export type { TestRequest } from "./lab/plan.ts";
export { type CheckpointOptions, openCheckpoints } from "./lab/process-checkpoints.ts";
export type { ExperimentOptions } from "./lab/process-experiment.ts";
export { type LabPlace, type LocalLab, openLab } from "./lab/process-lab.ts";
export { openProcessPool } from "./lab/process-pool.ts";
export { runExperiment, runWorker, workIn } from "./lab/process-run.ts";
export { runRandomizationTest, type TestOptions } from "./lab/process-test.ts";
export { runTest, type TestContext, type TestEvent } from "./lab/randomization-test.ts";
export { type TestResult, type TrialResult, testResultSchema, type Verdict } from "./lab/result.ts";
export { type Checkpoints, type DataSource, runHere, type TrialRunner } from "./lab/runner.ts";
export { type LabStatus, labStatus } from "./lab/status.ts";
export type { Model } from "./nn/model.ts";
export { findModel, models, summarizeModel } from "./nn/models.ts";
export { terminalExperiment } from "./report/experiment/terminal.ts";
export { writeExperiment } from "./report/experiment/write.ts";
export { parseResult } from "./report/parse-result.ts";
export { terminalTheory } from "./report/theory/terminal.ts";
export { writeTheory } from "./report/theory/write.ts";
export { writeReport } from "./report/write.ts";
export { type ExpressivityOptions, expressivity } from "./theory/expressivity/expressivity.ts";
export { fitTwoLayer, type TwoLayerOptions } from "./theory/expressivity/fit-two-layer.ts";
export { evaluateNetwork, type ReluNetwork, weightCount } from "./theory/expressivity/network.ts";
export { networkOnnx } from "./theory/expressivity/onnx.ts";
export { gaborFeatures } from "./theory/features/gabor.ts";
export { type GaborBank, mnistBank } from "./theory/features/gabor-bank.ts";
export { accumulateGram, type GramOptions } from "./theory/features/gram.ts";
export type { FeatureBlock, Gram } from "./theory/features/gram-state.ts";
export { openGramFolder } from "./theory/features/process-gram.ts";
export { type RandomConvGramOptions, randomConvGram } from "./theory/features/process-random-conv.ts";
export {
  type RandomConvSettings,
  randomConvBlocks,
  randomConvDefaults,
} from "./theory/features/random-conv.ts";
export { type ImplicitOptions, implicitRegularization } from "./theory/implicit/process-implicit.ts";
export { type KernelOptions, kernelInterpolation } from "./theory/kernel/process-kernel.ts";
export { type RademacherOptions, rademacherComplexity } from "./theory/rademacher/process-rademacher.ts";
export { type StabilityOptions, stabilityOf } from "./theory/stability/process-stability.ts";
export { type TheoryResult, theoryResultSchema } from "./theory/theory-result.ts";
export { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "./train/checkpoint.ts";
export { type Engine, openEngine } from "./train/engine.ts";
export { cropForRecipe, splitsHash } from "./train/prepare.ts";
export { runtime } from "./train/process-runtime.ts";
export { paperRecipe, type Recipe } from "./train/recipe.ts";
export { type TrialSpec, trialId } from "./train/spec.ts";
export {
  type EpochRow,
  type RunOptions,
  runTrial,
  type TrialEvent,
  type TrialOutcome,
} from "./train/trial.ts";
export { type DashboardServer, type ServerOptions, startServer } from "./web/server.ts";
