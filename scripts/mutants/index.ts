/**
 * @file All mutants: kinds that were met or are easily made, and a dozen devised beyond them.
 */

import { labelMutants, newLabelMutants } from "./labels.ts";
import type { Mutant } from "./mutant.ts";
import { newNoiseMutants, noiseMutants } from "./noise.ts";
import { newPixelMutants, pixelMutants } from "./pixels.ts";

export const knownMutants: readonly Mutant[] = [...labelMutants, ...pixelMutants, ...noiseMutants];

export const newMutants: readonly Mutant[] = [...newLabelMutants, ...newPixelMutants, ...newNoiseMutants];
