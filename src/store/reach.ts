/**
 * @file Which trials a wish is about.
 */

/** Which of some trials a command reaches: those of an experiment, or those named. */
export type Reach = { readonly experiment: string } | { readonly trials: readonly string[] };
