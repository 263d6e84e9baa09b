/**
 * @file `shatter theory kernel`: equation (3) on pixels or features, of a dataset with a name.
 */

import { totalmem } from "node:os";
import type { Watch } from "../../base/progress.ts";
import type { Splits } from "../../data/dataset.ts";
import { corruptLabels } from "../../data/randomize.ts";
import type { Labels } from "../kernel/outcome.ts";
import { checkRequest, type KernelRequest } from "../kernel/request.ts";
import { kernelResult } from "../kernel/result.ts";
import { solvePoints } from "../kernel/solve-points.ts";
import { fill, type Optional } from "../settings.ts";
import type { TheoryResult } from "../theory-result.ts";
import { openHere, type Surroundings, signedWithData } from "./computation.ts";
import { solveFilters } from "./filters.ts";
import { loadAsked } from "./load-examples.ts";

/** Share of the machine's memory that is used at most, unless told otherwise. */
const MEMORY_SHARE = 0.8;

export const kernelDefaults: KernelRequest = {
  data: "mnist",
  n: undefined,
  testN: undefined,
  d: 100,
  seed: 0,
  kernel: "gaussian",
  bandwidth: undefined,
  degree: 3,
  l2: [0],
  features: "none",
  filters: [256],
  solver: "auto",
  tolerance: 1e-9,
  iterations: 1000,
  curve: true,
  interpolants: true,
};

/** What is asked; everything has a default. */
export interface KernelOptions extends Optional<KernelRequest>, Surroundings, Watch {
  readonly dataDir?: string | undefined;
  /** Bytes that may be used; 80 % of the machine's memory if not given. */
  readonly memory?: number | undefined;
  /** Where the Gram matrix of random filters is kept, so that an interrupted run goes on; a folder. */
  readonly gramFolder?: string | undefined;
}

/**
 * Solve `K a = y` (Zhang et al., ICLR 2017, equation (3)) for true and for random labels, and say how both generalize.
 *
 * @example
 * ```ts
 * import { kernelInterpolation } from "shatter";
 *
 * const { findings } = await kernelInterpolation({ data: "digits", n: 500 });
 * console.log(findings[0]);
 * ```
 * @throws UsageError if something that is asked for is impossible, or does not fit into memory, with what would.
 * @throws DataError if data are missing or not finite, or equal examples have different labels.
 */
export const kernelInterpolation = (options: KernelOptions = {}): Promise<TheoryResult> =>
  signedWithData(options, async (watch) => {
    const request = fill(kernelDefaults, options);
    checkRequest(request);
    const splits = await loadAsked(request, options);
    const engine = await openHere(options);
    const limit = options.memory ?? MEMORY_SHARE * totalmem();
    const given = { engine, request, splits, labels: labelsOf(splits, request.seed), limit, watch };
    const solved =
      request.features === "random-conv"
        ? await solveFilters(given, options.gramFolder)
        : await solvePoints(given);
    const peak = process.resourceUsage().maxRSS * 1024;
    return { splits, result: kernelResult({ ...solved, request, splits, peak }) };
  });

const labelsOf = ({ train, test }: Splits, seed: number): Labels => ({
  train: { true: train.labels, random: corruptLabels(train, 1, seed, "train").labels },
  test: test.labels,
  classes: train.classNames.length,
});
