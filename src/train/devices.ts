/**
 * @file The devices a network can be asked to compute on.
 */

/** Where the engine computes. */
export const devices = ["cpu", "webgpu", "cuda"] as const;

export type Device = (typeof devices)[number];
