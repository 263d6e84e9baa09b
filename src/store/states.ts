/**
 * @file How a trial stands in its lab.
 */

export const trialStates = ["waiting", "running", "done", "quarantined", "cancelled"] as const;

export type TrialStatus = (typeof trialStates)[number];
