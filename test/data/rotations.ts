/**
 * @file Small rotations: what the view of an image is compared with PyTorch on.
 */

import { randomStream } from "../../src/base/random.ts";

/** An image and by how much it is turned. */
export interface RotationCase {
  /** `[channels, height, width]`. */
  readonly shape: readonly [number, number, number];
  /** Flat, exact in float32. */
  readonly image: readonly number[];
  /** Counter-clockwise. */
  readonly degrees: number;
}

const SHAPES = [
  [1, 4, 4],
  [3, 5, 5],
  [2, 4, 7],
] as const;

/** Every shape, turned both ways, by little and by much. */
export const rotationCases: readonly RotationCase[] = SHAPES.flatMap((shape) => {
  const random = randomStream(0, "rotation-cases");
  const size = shape[0] * shape[1] * shape[2];
  const image = Array.from({ length: size }, () => Math.fround(random.normal()));
  return [-120, -25, -0.5, 10, 37.5, 90, 180].map((degrees) => ({ shape, image, degrees }));
});

export const titleOf = ({ shape, degrees }: RotationCase): string =>
  `[${shape.join(", ")}] by ${degrees} degrees`;
