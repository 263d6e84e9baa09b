/**
 * @file `shatter`: everything that runs on Node, by the names of its parts and of its own.
 *
 * It promises: what the sub-entries promise; and one call each for the randomization test, an experiment, a theory and a report.
 */

export { type AuditResult, auditResultSchema } from "./audit/audit-result.ts";
export { type AuditOptions, auditData } from "./audit/node/audit.ts";
export { type RenamingTest, renamingTest } from "./base/renaming-test.ts";
export { pooledInterval, type ShareInterval, type Stratum, wilsonInterval } from "./base/shares.ts";
export { type Estimate, estimate } from "./base/statistics.ts";
export * from "./browser.ts";
export type { ReadData } from "./data/data-options.ts";
export type { LoadOptions } from "./data/node/load.ts";
export { readData } from "./data/node/read-data.ts";
export * from "./graph.ts";
export { runRandomizationTest, type TestOptions } from "./lab/test.ts";
export * from "./lab.ts";
export { terminalExperiment } from "./report/experiment/terminal.ts";
export { writeReport } from "./report/node/write.ts";
export { parseResult } from "./report/parse-result.ts";
export { terminalTheory } from "./report/theory/terminal.ts";
export { type CheckpointOptions, openCheckpoints } from "./run/node/checkpoints.ts";
export { openContents } from "./run/node/contents.ts";
export { loadDataset, openLibrary } from "./run/node/library.ts";
export { openProcessPool } from "./run/node/pool.ts";
export { runtime } from "./run/node/runtime.ts";
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
export { type DescentOptions, doubleDescentOf } from "./theory/node/double-descent.ts";
export { type ExpressivityOptions, expressivity } from "./theory/node/expressivity.ts";
export { openGramFolder } from "./theory/node/gram-files.ts";
export { type ImplicitOptions, implicitRegularization } from "./theory/node/implicit.ts";
export { type KernelOptions, kernelInterpolation } from "./theory/node/kernel.ts";
export { learningRateOf, type RangeOptions } from "./theory/node/lr.ts";
export { type MeasuresOptions, measuresOf } from "./theory/node/measures.ts";
export { type MemorizationOptions, memorizationOf } from "./theory/node/memorization.ts";
export { type RademacherOptions, rademacherComplexity } from "./theory/node/rademacher.ts";
export { type RandomConvGramOptions, randomConvGram } from "./theory/node/random-conv.ts";
export { type StabilityOptions, stabilityOf } from "./theory/node/stability.ts";
export { type TheoryResult, theoryResultSchema } from "./theory/theory-result.ts";
