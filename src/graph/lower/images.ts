/**
 * @file Operations whose results are images, on the blocked layout: a rule each.
 */

import { apply } from "../operation.ts";
import { type Block, blockedMaxPool, isBeyond, isPositive, isRampBound } from "../ops/blocked.ts";
import type { Convolution } from "../ops/convolution.ts";
import { multiply } from "../ops/elementwise.ts";
import { reshape } from "../ops/shape.ts";
import { broadcastTo } from "../ops/sum.ts";
import { type Application, type Shape, sameShape, type Value } from "../value.ts";
import { compute } from "./affine.ts";
import { blockFilters, canConvolve, canTranspose, phasesFit, transposedConvolution } from "./convolutions.ts";
import { ELEMENTWISE, lowerElementwise } from "./elementwise.ts";
import type { BlockedImages, LoweredValues } from "./lowered-values.ts";
import { canPoolPhases, poolPhases } from "./phases.ts";
import { convolveTiny, isTiny, transposeTiny } from "./tiny.ts";

/** Lowers an operation, or leaves it: undefined. */
type Rule = (value: Application, values: LoweredValues) => BlockedImages | undefined;

type Pool = Omit<Parameters<typeof blockedMaxPool>[1], "block">;

const isImages = ({ shape, type }: Value, block: Block): boolean =>
  shape.length === 4 && shape[1]! % block === 0 && type === "float32";

/** Images with as few channels as colors are convolved as they are. */
export const imageOf = (x: Value, { plainOf, blockedOf, block }: LoweredValues): Value =>
  x.shape[1]! < block ? plainOf(x) : blockedOf(x);

/** 1 where a blocked image is above (or below) a number, else 0; undefined if a condition asks for something else. */
function maskOf(condition: Value, { isBlocked, blockedOf }: LoweredValues): Value | undefined {
  if (condition.kind !== "application" || condition.operation.name !== "greater") return undefined;
  const [more, less] = condition.inputs as [Value, Value];
  const [y, other] = isBlocked(more) ? [more, less] : [less, more];
  if (!isBlocked(y) || other.kind !== "constant") return undefined;
  const bound = other.data[0]!;
  if (!other.data.every((element) => element === bound) || !isRampBound(bound)) return undefined;
  const above = y === more;
  return above && bound === 0 ? isPositive(blockedOf(y)) : isBeyond(blockedOf(y), { bound, above });
}

const RULES: { readonly [operation: string]: Rule } = {
  convolution(value, values) {
    const { block } = values;
    const [x, w] = value.inputs as [Value, Value];
    const settings = value.attributes as Convolution;
    const [image, kernel] = [x.shape.slice(2), w.shape.slice(2)];
    const geometry = { image, kernel, windows: value.shape.slice(2), settings };
    if (isTiny(w.shape, geometry, block))
      return convolveTiny(values.blockedOf(x), values.plainOf(w), geometry, block);
    if (!canConvolve(w.shape, settings, block)) return undefined;
    const filters = blockFilters(values.plainOf(w), block);
    return { x: imageOf(x, values), filters, settings: { ...settings, block } };
  },
  transposedConvolution(value, { blockedOf, plainOf, block }) {
    const [dy, w] = value.inputs as [Value, Value];
    const settings = value.attributes as Convolution & { readonly size: Shape };
    const windows = dy.shape.slice(2);
    const geometry = { image: settings.size, kernel: w.shape.slice(2), windows, settings };
    if (isTiny(w.shape, geometry, block)) return transposeTiny(blockedOf(dy), plainOf(w), geometry, block);
    if (!canTranspose(w.shape, settings, block)) return undefined;
    if (!phasesFit(windows, w.shape.slice(2), settings, settings.size)) return undefined;
    const phases = transposedConvolution(blockedOf(dy), plainOf(w), settings, settings.size, block);
    return phases.rows.length * phases.rows[0]!.length === 1 ? phases.rows[0]![0] : phases;
  },
  maxPool(value, { isBlocked, blockedOf, block }) {
    const [x] = value.inputs as [Value];
    return isBlocked(x) ? blockedMaxPool(blockedOf(x), { ...(value.attributes as Pool), block }) : undefined;
  },
  maxPoolGradient(value, { isBlocked, blockedOf, block }) {
    const [x, dy] = value.inputs as [Value, Value];
    const settings = value.attributes as Pool;
    if (!isBlocked(x) || !canPoolPhases(x.shape, settings)) return undefined;
    const y = blockedMaxPool(blockedOf(x), { ...settings, block });
    return poolPhases(blockedOf(x), y, blockedOf(dy), settings.pads, block);
  },
  relu(value, { isBlocked, chainOf }) {
    const [x] = value.inputs as [Value];
    return isBlocked(x) ? compute(chainOf(x), { relu: true }) : undefined;
  },
  clip(value, { isBlocked, chainOf }) {
    const [x] = value.inputs as [Value];
    const { min, max } = value.attributes as { min: number; max: number };
    return isBlocked(x) ? compute(chainOf(x), { relu: false, bounds: [min, max] }) : undefined;
  },
  // The gradients of relu and clip.
  where(value, values) {
    const [condition, dy, other] = value.inputs as [Value, Value, Value];
    const mask = maskOf(condition, values);
    const isNothing = other.kind === "constant" && other.data.every((element) => element === 0);
    if (mask === undefined || !isNothing || !sameShape(dy.shape, value.shape)) return undefined;
    return multiply(values.blockedOf(dy), mask);
  },
  concat(value, { isBlocked, blockedOf, block }) {
    const areImages = value.inputs.every((operand) => isImages(operand, block));
    const isAligned = value.attributes["axis"] === 1 && areImages;
    if (!isAligned || !value.inputs.some(isBlocked)) return undefined;
    return apply(value.operation, value.inputs.map(blockedOf), value.attributes);
  },
  slice(value, { isBlocked, blockedOf, block }) {
    const [x] = value.inputs as [Value];
    const { starts, axes, steps } = value.attributes as { [name: string]: readonly number[] };
    const isAligned = String(axes) === "1" && starts![0]! % block === 0 && steps![0] === 1;
    return isBlocked(x) && isAligned ? apply(value.operation, [blockedOf(x)], value.attributes) : undefined;
  },
  // The gradient of a mean over pixels: one number a channel of each image.
  broadcastTo(value, { plainOf, block }) {
    const [n, c, h, w] = value.shape as [number, number, number, number];
    const [x] = value.inputs as [Value];
    if (!sameShape(x.shape, [n, c, 1, 1]) || h * w === 1) return undefined;
    const apart = reshape(plainOf(x), { shape: [n, c / block, 1, block] });
    return reshape(broadcastTo(apart, { shape: [n, c / block, h * w, block] }), { shape: value.shape });
  },
  ...Object.fromEntries(ELEMENTWISE.map((name) => [name, lowerElementwise])),
};

/** Lower an operation whose result is images of whole blocks, if it has a blocked form. */
export const lowerImages: Rule = (value, values) =>
  isImages(value, values.block) ? RULES[value.operation.name]?.(value, values) : undefined;
