/**
 * @file Lowers a graph to the blocked layout: images stay in it from convolution to convolution.
 *
 * A value is computed blocked if it is made of blocked ones by an operation that has a blocked form; it is reordered
 * where something else needs it. What the graph computes does not change but for rounding.
 */

import { expandGraph } from "../expand.ts";
import { mergeEqual } from "../merge.ts";
import { apply } from "../operation.ts";
import {
  BLOCK,
  blockedConvolution,
  blockedMaxPool,
  fromBlocked,
  isPositive,
  toBlocked,
} from "../ops/blocked.ts";
import type { Convolution } from "../ops/convolution.ts";
import { divide, multiply, negate } from "../ops/elementwise.ts";
import { mean } from "../ops/reduce.ts";
import { reshape } from "../ops/shape.ts";
import { broadcastTo, sum } from "../ops/sum.ts";
import { plain } from "../ops/window.ts";
import {
  type Application,
  constant,
  type Graph,
  inOrder,
  type Shape,
  sameShape,
  sizeOf,
  type Value,
} from "../value.ts";
import {
  type Affine,
  added,
  affineOf,
  compute,
  negated,
  type OpenConvolution,
  scaled,
  shifted,
} from "./affine.ts";
import { blockFilters, canConvolve, canTranspose, phasesFit, transposedConvolution } from "./convolutions.ts";
import { canFilter, filterGradient } from "./filter-gradient.ts";
import { addPhases, canPoolPhases, interleave, type Phases, poolPhases } from "./phases.ts";

/** Operations that are lowered as they are, and not as what they expand to. */
const KEPT = new Set(["filterGradient", "maxPoolGradient"]);

/** Operations that compute each element from those at its place. */
const ELEMENTWISE = new Set([
  "add",
  "subtract",
  "multiply",
  "divide",
  "negate",
  "exp",
  "log",
  "sqrt",
  "tanh",
  "sigmoid",
]);

const isImages = ({ shape, type }: Value): boolean =>
  shape.length === 4 && shape[1]! % BLOCK === 0 && type === "float32";

/** True if a value has one number a channel, or one in all, beside images `[n, c, h, w]`. */
const isPerChannel = ({ shape }: Value, [, c]: Shape): boolean => {
  const [channels = 1, height = 1, width = 1] = shape.slice(-3);
  const rest = shape.length > 3 ? shape.slice(0, -3) : [];
  if (sizeOf(shape) === 1) return true;
  return (
    shape.length >= 3 && height === 1 && width === 1 && channels === c && rest.every((size) => size === 1)
  );
};

/** The numbers of {@link isPerChannel} as `[c]`. */
const perChannel = (x: Value, channels: number): Value =>
  sizeOf(x.shape) === channels
    ? reshape(x, { shape: [channels] })
    : broadcastTo(reshape(x, { shape: [1] }), { shape: [channels] });

/**
 * Sums of products over the pixels of each channel of each image, `[n, c/16, 1, 16]`.
 *
 * One image is taken for the filters of a convolution of each channel, so the product is never written.
 */
function sumOfProducts(a: Value, b: Value): Value {
  const [n, c, h, w] = a.shape as [number, number, number, number];
  const image = reshape(a, { shape: [1, n * c, h, w] });
  const filters = reshape(b, { shape: [n * c, 1, h, w] });
  const sums = blockedConvolution(image, filters, { ...plain, groups: n * c, relu: false });
  return reshape(sums, { shape: [n, c / BLOCK, 1, BLOCK] });
}

/** What an operation on blocked images becomes. */
type Lowered = Value | OpenConvolution | Affine | Phases;

const finish = (lowered: Affine | Phases): Value =>
  "terms" in lowered ? compute(lowered, false) : interleave(lowered);

/** Lower a graph; inputs, outputs and their shapes stay as they are. */
export function lowerToBlocked(graph: Graph): Graph {
  const whole = mergeEqual(expandGraph(graph, KEPT));
  const order = inOrder(whole.outputs.map(({ value }) => value));
  const uses = new Map<Value, number>();
  const use = (value: Value): void => void uses.set(value, (uses.get(value) ?? 0) + 1);
  for (const value of order) if (value.kind === "application") value.inputs.forEach(use);
  for (const { value } of whole.outputs) use(value);

  /** What is computed blocked, by the value of the graph it stands for; and all that was computed so far. */
  const affines = new Map<Value, Affine | Phases>();
  const blocked = new Map<Value, Value>();
  const plains = new Map<Value, Value>();

  const blockedOf = (value: Value): Value => {
    const known = blocked.get(value);
    if (known) return known;
    const affine = affines.get(value);
    const made = affine ? finish(affine) : toBlocked(plainOf(value));
    blocked.set(value, made);
    return made;
  };
  const plainOf = (value: Value): Value => {
    const known = plains.get(value);
    if (known) return known;
    const made = fromBlocked(blockedOf(value), { channelsLast: false });
    plains.set(value, made);
    return made;
  };
  /** What a chain goes on from: the chain so far if nobody else needs its result, else the result. */
  const chainOf = (value: Value): Affine => {
    const affine = affines.get(value);
    return affine && "terms" in affine && uses.get(value) === 1
      ? affine
      : affineOf(blockedOf(value), value.shape);
  };
  const isBlocked = (value: Value): boolean => affines.has(value);

  const lowerings: {
    readonly [name: string]: (value: Application) => Lowered | undefined;
  } = {
    convolution(value) {
      const [x, w] = value.inputs as [Value, Value];
      const settings = value.attributes as Convolution;
      if (!canConvolve(w.shape, settings)) return undefined;
      const image = x.shape[1]! < BLOCK ? plainOf(x) : blockedOf(x);
      return { x: image, filters: blockFilters(plainOf(w)), settings };
    },
    transposedConvolution(value) {
      const [dy, w] = value.inputs as [Value, Value];
      const settings = value.attributes as Convolution & { readonly size: Shape };
      const windows = dy.shape.slice(2);
      if (!canTranspose(w.shape, settings)) return undefined;
      if (!phasesFit(windows, w.shape.slice(2), settings, settings.size)) return undefined;
      const phases = transposedConvolution(blockedOf(dy), plainOf(w), settings, settings.size);
      return phases.rows.length * phases.rows[0]!.length === 1 ? phases.rows[0]![0] : phases;
    },
    maxPool(value) {
      const [x] = value.inputs as [Value];
      if (!isBlocked(x)) return undefined;
      return blockedMaxPool(blockedOf(x), value.attributes as Parameters<typeof blockedMaxPool>[1]);
    },
    maxPoolGradient(value) {
      const [x, dy] = value.inputs as [Value, Value];
      const settings = value.attributes as Parameters<typeof blockedMaxPool>[1];
      if (!isBlocked(x) || !canPoolPhases(x.shape, settings)) return undefined;
      return poolPhases(blockedOf(x), blockedMaxPool(blockedOf(x), settings), blockedOf(dy));
    },
    relu(value) {
      const [x] = value.inputs as [Value];
      return isBlocked(x) ? compute(chainOf(x), true) : undefined;
    },
    // The gradient of relu.
    where(value) {
      const [condition, dy, other] = value.inputs as [Value, Value, Value];
      if (condition.kind !== "application" || condition.operation.name !== "greater") return undefined;
      const [y, bound] = condition.inputs as [Value, Value];
      const isZero = (x: Value): boolean => x.kind === "constant" && x.data.every((element) => element === 0);
      if (!isBlocked(y) || !isZero(bound) || !isZero(other) || !sameShape(dy.shape, value.shape))
        return undefined;
      return multiply(blockedOf(dy), isPositive(blockedOf(y)));
    },
    concat(value) {
      const isAligned = value.attributes["axis"] === 1 && value.inputs.every(isImages);
      if (!isAligned || !value.inputs.some(isBlocked)) return undefined;
      return apply(value.operation, value.inputs.map(blockedOf), value.attributes);
    },
    slice(value) {
      const [x] = value.inputs as [Value];
      const { starts, axes, steps } = value.attributes as { [name: string]: readonly number[] };
      const isAligned = String(axes) === "1" && starts![0]! % BLOCK === 0 && steps![0] === 1;
      return isBlocked(x) && isAligned ? apply(value.operation, [blockedOf(x)], value.attributes) : undefined;
    },
    // The gradient of a mean over pixels: one number a channel of each image.
    broadcastTo(value) {
      const [n, c, h, w] = value.shape as [number, number, number, number];
      const [x] = value.inputs as [Value];
      if (!sameShape(x.shape, [n, c, 1, 1]) || h * w === 1) return undefined;
      const apart = reshape(plainOf(x), { shape: [n, c / BLOCK, 1, BLOCK] });
      return reshape(broadcastTo(apart, { shape: [n, c / BLOCK, h * w, BLOCK] }), { shape: value.shape });
    },
  };

  /** Elementwise operations: chains of numbers a channel, or images with images. */
  const lowerElementwise = (value: Application): Lowered | undefined => {
    const { inputs, operation, shape } = value;
    if (!inputs.some(isBlocked)) return undefined;
    const channels = shape[1]!;
    if (inputs.every((operand) => sameShape(operand.shape, shape))) {
      if (operation.name === "add") {
        const [a, b] = inputs.map((operand) => affines.get(operand));
        const apart = a && b && "rows" in a && "rows" in b ? addPhases(a, b) : undefined;
        if (apart) return apart;
      }
      const sums = { add: (x: Affine) => x, subtract: negated }[operation.name];
      const sum = sums && added(chainOf(inputs[0]!), sums(chainOf(inputs[1]!)));
      return sum ?? apply(operation, inputs.map(blockedOf), value.attributes);
    }
    const at = inputs.findIndex((operand) => isBlocked(operand) && sameShape(operand.shape, shape));
    const other = inputs[1 - at];
    if (at < 0 || other === undefined || !isPerChannel(other, shape)) return undefined;
    const numbers = perChannel(plainOf(other), channels);
    const chain = chainOf(inputs[at]!);
    switch (operation.name) {
      case "add":
        return shifted(chain, numbers);
      case "multiply":
        return scaled(chain, numbers);
      case "subtract":
        return at === 0 ? shifted(chain, negate(numbers)) : shifted(negated(chain), numbers);
      case "divide":
        return at === 0 ? scaled(chain, divide(constant(1), numbers)) : undefined;
      default:
        return undefined;
    }
  };

  const lower = (value: Application): Lowered | undefined => {
    if (!isImages(value)) return undefined;
    return ELEMENTWISE.has(value.operation.name)
      ? lowerElementwise(value)
      : lowerings[value.operation.name]?.(value);
  };

  /** Sums and means over pixels, or over images and pixels, of blocked images. */
  const reduce = (value: Application): Value | undefined => {
    const [x] = value.inputs as [Value];
    const axes = String(value.attributes["axes"]);
    if (!isBlocked(x) || !(axes === "0,2,3" || axes === "2,3")) return undefined;
    const [n, c, h, w] = x.shape as [number, number, number, number];
    const product = uses.get(x) === 1 ? imageProduct(x) : undefined;
    const ofImage = product
      ? sumOfProducts(...product)
      : sum(reshape(blockedOf(x), { shape: [n, c / BLOCK, h * w, BLOCK] }), { axes: [2], keepDims: true });
    const total = axes === "2,3" ? ofImage : sum(ofImage, { axes: [0], keepDims: true });
    const count = sizeOf(x.shape) / sizeOf(value.shape);
    return reshape(value.operation === mean.record ? multiply(total, constant(1 / count)) : total, {
      shape: value.shape,
    });
  };

  /** The two images whose product a value is. */
  const imageProduct = (x: Value): readonly [Value, Value] | undefined => {
    if (x.kind !== "application" || x.operation !== multiply.record) return undefined;
    const [a, b] = x.inputs as [Value, Value];
    return sameShape(a.shape, b.shape) ? [blockedOf(a), blockedOf(b)] : undefined;
  };

  const lowerFilterGradient = (value: Application): Value | undefined => {
    const [x, dy] = value.inputs as [Value, Value];
    const { kernel, ...settings } = value.attributes as Convolution & { readonly kernel: Shape };
    if (!canFilter(x.shape, dy.shape, kernel, settings)) return undefined;
    const image = x.shape[1]! < BLOCK ? plainOf(x) : blockedOf(x);
    return filterGradient(image, blockedOf(dy), kernel, settings);
  };

  for (const value of order) {
    if (value.kind !== "application") {
      plains.set(value, value);
      continue;
    }
    const lowered = lower(value);
    if (lowered) {
      const isReady = "terms" in lowered || "rows" in lowered;
      affines.set(value, isReady ? lowered : affineOf(lowered, value.shape));
      continue;
    }
    const { name } = value.operation;
    const special =
      name === "sum" || name === "mean"
        ? reduce(value)
        : name === "filterGradient"
          ? lowerFilterGradient(value)
          : undefined;
    plains.set(value, special ?? apply(value.operation, value.inputs.map(plainOf), value.attributes));
  }
  return expandGraph({
    ...whole,
    outputs: whole.outputs.map(({ name, value }) => ({ name, value: plainOf(value) })),
  });
}
