/**
 * @file Learning-rate schedules: the rate of a step, from its number.
 */

/** What a schedule is made of. */
export interface ScheduleSettings {
  readonly learningRate: number;
  /** Factor a period; or `cosine`, which falls in every step and ends with the training. */
  readonly learningRateDecay: number | "cosine";
  /** The period: an epoch, or a number of steps. */
  readonly learningRateDecayEvery: "epoch" | number;
  /** Share of the learning rate that no decay goes below; 0 unless told. */
  readonly learningRateFloor?: number | undefined;
  /** Steps in which the rate rises to the learning rate, before any decay; none unless told. */
  readonly learningRateWarmup?: number | undefined;
  /** Epochs of the whole training. */
  readonly epochs: number;
}

/** Whether steps of one rate follow one another: not if it changes in every step. */
export const rateHolds = ({
  learningRateDecay,
  learningRateDecayEvery,
  learningRateWarmup = 0,
}: ScheduleSettings): boolean =>
  learningRateWarmup === 0 &&
  learningRateDecay !== "cosine" &&
  (learningRateDecay === 1 || learningRateDecayEvery !== 1);

/**
 * The learning rate of a step.
 *
 * First it rises by equal steps from `1 / warmup` of the learning rate to all of it (Goyal et al., 2017, section 2.2). Then it
 * falls, as if training began there: by a staircase, `decay^floor(step / period)`, as the paper's "decay factor of 0.95 per
 * training epoch" (appendix A); or by half a cosine, `floor + (1 - floor) (1 + cos(pi step / steps)) / 2`, that would reach the
 * floor with the step after the last (Loshchilov and Hutter, SGDR, ICLR 2017, equation (5), without restarts).
 *
 * @param step - Number of steps done before this one.
 * @param stepsPerEpoch - Steps of one epoch.
 */
export function learningRateAt(settings: ScheduleSettings, step: number, stepsPerEpoch: number): number {
  const { learningRate, learningRateDecay, learningRateDecayEvery, epochs } = settings;
  const { learningRateFloor: floor = 0, learningRateWarmup: warmup = 0 } = settings;
  const done = step - warmup;
  if (done < 0) return (learningRate * (step + 1)) / warmup;
  if (learningRateDecay === "cosine") {
    const share = done / (epochs * stepsPerEpoch - warmup);
    return learningRate * (floor + ((1 - floor) * (1 + Math.cos(Math.PI * share))) / 2);
  }
  const period = learningRateDecayEvery === "epoch" ? stepsPerEpoch : learningRateDecayEvery;
  return learningRate * Math.max(floor, learningRateDecay ** Math.floor(done / period));
}
