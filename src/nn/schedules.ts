/**
 * @file Learning-rate schedules: the rate of a step, from its number.
 */

/** What a schedule is made of. */
export interface DecaySettings {
  readonly learningRate: number;
  /** Factor a period. */
  readonly learningRateDecay: number;
  /** The period: an epoch, or a number of steps. */
  readonly learningRateDecayEvery: "epoch" | number;
}

/** Whether steps of one rate follow one another: not if it changes in every step. */
export const rateHolds = ({ learningRateDecay, learningRateDecayEvery }: DecaySettings): boolean =>
  learningRateDecay === 1 || learningRateDecayEvery !== 1;

/**
 * Staircase exponential decay: `learningRate * decay^floor(step / period)`, as the paper's "decay factor of
 * 0.95 per training epoch" (appendix A).
 *
 * @param step - Number of steps done before this one.
 * @param stepsPerEpoch - Steps of one epoch.
 */
export function exponentialDecay(settings: DecaySettings, step: number, stepsPerEpoch: number): number {
  const { learningRate, learningRateDecay, learningRateDecayEvery } = settings;
  const period = learningRateDecayEvery === "epoch" ? stepsPerEpoch : learningRateDecayEvery;
  return learningRate * learningRateDecay ** Math.floor(step / period);
}
