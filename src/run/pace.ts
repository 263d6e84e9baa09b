/**
 * @file The pace of a trial: how long it has run, how long its last checkpoint is ago, and how many steps make
 * a run of the engine that is neither too short for its overhead nor too long to be interrupted.
 */

import { STEPS_PER_RUN } from "../train/epoch.ts";
import type { RunOptions } from "../train/trial.ts";

/** What a run of the engine should take, in seconds: nothing is heard meanwhile. */
const RUN_SECONDS = 1;

/** Steps of the first run: a step of a convolutional network may take a second. */
const FIRST_STEPS = 10;

/** Measures a trial while it runs. */
export interface Pace extends Required<Pick<RunOptions, "secondsSpent" | "stepsPerRun">> {
  /** Seconds since the trial began or its last checkpoint was kept. */
  sinceCheckpoint(): number;
  /** Say that a checkpoint was kept. */
  kept(): void;
  /** Say that the run for which {@link stepsPerRun} was asked has ended. */
  ran(): void;
}

/** Begin to measure a trial, on which some seconds were spent before. */
export function createPace(secondsBefore: number): Pace {
  const secondsSince = (moment: number): number => (performance.now() - moment) / 1000;
  const began = performance.now();
  let checkpoint = began;
  let run = began;
  let steps = FIRST_STEPS;
  // Where images are made ahead, the steps of the next run are asked for before the last one began.
  const asked: number[] = [];
  return {
    secondsSpent: () => secondsBefore + secondsSince(began),
    sinceCheckpoint: () => secondsSince(checkpoint),
    kept() {
      checkpoint = performance.now();
    },
    stepsPerRun() {
      run = performance.now();
      asked.push(steps);
      return steps;
    },
    ran() {
      const done = asked.shift() ?? steps;
      const fitting = Math.floor((done * RUN_SECONDS) / secondsSince(run));
      // An epoch's last run does fewer steps than asked, so the time of one run is not trusted far.
      steps = Math.max(1, Math.min(fitting, 2 * steps, STEPS_PER_RUN));
    },
  };
}
