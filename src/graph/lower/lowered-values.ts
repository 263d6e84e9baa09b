/**
 * @file What the values of a graph become while it is lowered to the blocked layout: plain or blocked, each made when it
 * is first asked for.
 */

import { type Block, fromBlocked, toBlocked } from "../ops/blocked.ts";
import { countUses } from "../uses.ts";
import type { Graph, Value } from "../value.ts";
import { type Affine, affineOf, compute, type OpenConvolution, scaledImage } from "./affine.ts";
import { interleave, type Phases } from "./phases.ts";

/** Blocked images, computed or not yet. */
export type BlockedImages = Value | OpenConvolution | Affine | Phases;

/** The values of a graph that is lowered; all functions take a value of that graph. */
export interface LoweredValues {
  /** Channels of a block. */
  readonly block: Block;
  /** Whether it is computed blocked. */
  isBlocked(value: Value): boolean;
  /** Whether nothing else needs it than what is lowered now. */
  isUsedOnce(value: Value): boolean;
  /** It in the blocked layout, reordered if it is not computed so. */
  blockedOf(value: Value): Value;
  /** It as it was, reordered if it is computed blocked. */
  plainOf(value: Value): Value;
  /**
   * What a chain goes on from: the chain so far if nobody else needs its result, or if it is but an image that is scaled,
   * else the result.
   */
  chainOf(value: Value): Affine;
  /** It in phases, if it is computed so. */
  phasesOf(value: Value): Phases | undefined;
  /** Say what it has become. */
  becomesBlocked(value: Value, images: BlockedImages): void;
  becomesPlain(value: Value, result: Value): void;
}

/** Nothing of a graph lowered yet. */
export function lowerValues(graph: Graph, block: Block): LoweredValues {
  const uses = countUses(graph);
  const images = new Map<Value, Affine | Phases>();
  const blocked = new Map<Value, Value>();
  const plains = new Map<Value, Value>();

  const finish = (made: Affine | Phases): Value =>
    "terms" in made ? compute(made) : interleave(made, block);
  const isUsedOnce = (value: Value): boolean => uses.get(value) === 1;
  const blockedOf = (value: Value): Value => {
    const known = blocked.get(value);
    if (known) return known;
    const found = images.get(value);
    const made = found ? finish(found) : toBlocked(plainOf(value), { block });
    blocked.set(value, made);
    return made;
  };
  const plainOf = (value: Value): Value => {
    const known = plains.get(value);
    if (known) return known;
    const made = fromBlocked(blockedOf(value), { channelsLast: false, block });
    plains.set(value, made);
    return made;
  };
  return {
    block,
    isBlocked: (value) => images.has(value),
    isUsedOnce,
    blockedOf,
    plainOf,
    chainOf(value) {
      const found = images.get(value);
      const isOpen = found && "terms" in found && (isUsedOnce(value) || scaledImage(found));
      return isOpen ? found : affineOf(blockedOf(value), value.shape, block);
    },
    phasesOf(value) {
      const found = images.get(value);
      return found && "rows" in found ? found : undefined;
    },
    becomesBlocked(value, made) {
      images.set(value, "terms" in made || "rows" in made ? made : affineOf(made, value.shape, block));
    },
    becomesPlain(value, result) {
      plains.set(value, result);
    },
  };
}
