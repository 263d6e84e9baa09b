/**
 * @file Expressivity with everything it needs on a machine with Node: data files, the engine.
 */

import { canonicalJson, sha256 } from "../../base/json.ts";
import { breathe, type Watch } from "../../base/progress.ts";
import { computeExpressivity, type Study } from "../expressivity/expressivity.ts";
import { CANDIDATES } from "../expressivity/fit-two-layer.ts";
import { expressivityResult } from "../expressivity/result.ts";
import type { Sample } from "../expressivity/sample.ts";
import type { TheoryResult } from "../theory-result.ts";
import { openHere, signed } from "./computation.ts";
import { loadPoints, type PointsRequest } from "./points.ts";

/** What is asked for. */
export interface ExpressivityOptions extends PointsRequest, Pick<Study, "onModel">, Watch {
  /** Directions drawn, of which the best is taken; 16 if not given. */
  readonly candidates?: number | undefined;
  /** Of the engine; 2 if not given. */
  readonly threads?: number | undefined;
  readonly command?: string | undefined;
}

/** SHA-256 of points and targets. */
const hashOf = ({ count, dimensions, inputs, targets }: Sample): Promise<string> =>
  sha256(canonicalJson({ count, dimensions }), ...[inputs, targets].map(bytesOf));

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/**
 * Construct the networks for a sample, run them in float64 and on ONNX Runtime, and say how exact they are.
 *
 * @throws UsageError, DataError as {@link loadPoints} and `fitTwoLayer` do, EngineError if there is no engine.
 */
export function expressivity(options: ExpressivityOptions): Promise<TheoryResult> {
  const { threads = 2, candidates = CANDIDATES, labels, command } = options;
  return signed({ threads, command }, async () => {
    await breathe(options, 0, 1, "reading the data");
    const given = await loadPoints(options);
    const engine = await openHere({ threads });
    const study = { ...options, candidates, isLabels: labels !== "regression" };
    const found = await computeExpressivity(engine, given, study);
    return expressivityResult(found, { ...options, candidates, threads }, await hashOf(found.sample));
  });
}
