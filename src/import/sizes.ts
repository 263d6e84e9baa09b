/**
 * @file Arithmetic on sizes: what exporters compute in the graph from shapes, and is known once the batch is.
 *
 * Here are the operators that the graph has no operation for, since nobody trains through them, and those on whole numbers;
 * all others are folded by the meaning of their operations (`operators.ts`).
 */

import { DataError } from "../base/errors.ts";
import type { Tensor } from "../graph/onnx/parse.ts";
import { broadcastShape, coordinatesOf, elementAt, stridesOf } from "../graph/ops/broadcast.ts";
import { type DataType, dataTypes, isFloating, type Shape, sizeOf } from "../graph/value.ts";
import {
  axisOf,
  type Call,
  intOf,
  itemAt,
  optionalWholes,
  requireSmall,
  stringOf,
  tensorOf,
  wholesAt,
} from "./call.ts";

/** Computes the first output of a node from known numbers. */
type SizeOperator = (call: Call) => Tensor;

const known = (call: Call, at: number): Tensor => tensorOf(itemAt(call, at));

const make = (shape: Shape, type: DataType, element: (index: number) => number): Tensor => {
  requireSmall(shape);
  const data = Float64Array.from({ length: sizeOf(shape) }, (_, index) => element(index));
  const strange = isFloating(type) ? undefined : data.find((number) => !holds(type, number));
  if (strange !== undefined) throw new DataError(`expected whole numbers that ${type} holds, got ${strange}`);
  return { shape, type, data };
};

/** Whether numbers of a type, a whole one, may be a number. */
const holds = (type: DataType, number: number): boolean => {
  const { array } = dataTypes[type];
  return array && type !== "bool" ? array.from([number])[0] === number : Number.isSafeInteger(number);
};

const toNDArray = ({ shape, data }: Tensor) => ({ shape, data: Float64Array.from(data) });

/** Element by element, with broadcasting. */
const elementwise =
  (compute: (...elements: number[]) => number, result?: DataType): SizeOperator =>
  (call) => {
    const tensors = call.items.map((_, at) => known(call, at));
    const shape = broadcastShape(call.operator, ...tensors.map((each) => each.shape));
    const arrays = tensors.map(toNDArray);
    return make(shape, result ?? known(call, 0).type, (index) => {
      const coordinates = coordinatesOf(index, shape);
      return compute(...arrays.map((array) => elementAt(array, coordinates)));
    });
  };

/** Division, which drops the remainder of whole numbers. */
const divide: SizeOperator = (call) => {
  const isWhole = !isFloating(known(call, 0).type);
  return elementwise((a, b) => {
    if (isWhole && b === 0) throw new DataError("expected a divisor, got 0");
    return isWhole ? Math.trunc(a / b) : a / b;
  })(call);
};

/** The remainder, with the sign of the divisor; with that of the dividend if `fmod` is set. */
const remainder: SizeOperator = (call) => {
  const isTruncated = intOf(call, "fmod", 0) === 1;
  return elementwise((a, b) => (isTruncated ? a % b : a - b * Math.floor(a / b)))(call);
};

const isTrue = (element: number): boolean => element !== 0;

const range: SizeOperator = (call) => {
  const [start, limit, step] = [0, 1, 2].map((at) => known(call, at).data[0] ?? Number.NaN) as [
    number,
    number,
    number,
  ];
  const count = Math.max(Math.ceil((limit - start) / step), 0);
  return make([count], known(call, 0).type, (index) => start + index * step);
};

const constantOfShape: SizeOperator = (call) => {
  const setting = call.settings["value"];
  const value = setting && "tensor" in setting ? setting.tensor : undefined;
  const element = value?.data[0] ?? 0;
  return make(wholesAt(call, 0), value?.type ?? "float32", () => element);
};

/** Elements that are not 0: their coordinates, `[rank, count]`. */
const nonZero: SizeOperator = (call) => {
  const { shape, data } = known(call, 0);
  const found = Array.from(data.keys())
    .filter((at) => data[at] !== 0)
    .map((at) => coordinatesOf(at, shape));
  return make(
    [shape.length, found.length],
    "int64",
    (index) => found[index % found.length]![Math.floor(index / found.length)]!,
  );
};

/** Slices replaced by others, at coordinates. */
const scatterND: SizeOperator = (call) => {
  const [target, indices, updates] = [known(call, 0), known(call, 1), known(call, 2)];
  const data = Float64Array.from(target.data);
  const depth = indices.shape.at(-1) ?? 0;
  const slice = sizeOf(target.shape.slice(depth));
  const strides = stridesOf(target.shape.slice(0, depth));
  const count = depth === 0 ? 0 : indices.data.length / depth;
  for (let at = 0; at < count; at++) {
    let start = 0;
    for (let axis = 0; axis < depth; axis++) {
      const size = target.shape[axis]!;
      const position = indices.data[at * depth + axis]!;
      const place = position < 0 ? position + size : position;
      if (!(place >= 0 && place < size))
        throw new DataError(`expected a position in [0, ${size}), got ${position}`);
      start += place * strides[axis]!;
    }
    for (let each = 0; each < slice; each++)
      data[start * slice + each] = updates.data[at * slice + each] ?? 0;
  }
  return { ...target, data };
};

/** A triangle of a matrix, zeros elsewhere. */
const triangle: SizeOperator = (call) => {
  const { shape, type, data } = known(call, 0);
  const shift = optionalWholes(call, 1)?.[0] ?? 0;
  const isUpper = intOf(call, "upper", 1) === 1;
  const [rows, columns] = shape.slice(-2) as [number, number];
  return make(shape, type, (index) => {
    const distance = (index % columns) - (Math.floor(index / columns) % rows) - shift;
    return (isUpper ? distance >= 0 : distance <= 0) ? data[index]! : 0;
  });
};

/** Sums so far along an axis. */
const cumulativeSum: SizeOperator = (call) => {
  const { shape, type, data } = known(call, 0);
  const axis = axisOf(wholesAt(call, 1)[0] ?? 0, shape.length);
  const stride = stridesOf(shape)[axis] ?? 1;
  const sums = Float64Array.from(data);
  for (let at = 0; at < sums.length; at++) {
    if (Math.floor(at / stride) % shape[axis]! > 0) sums[at]! += sums[at - stride]!;
  }
  return { shape, type, data: sums };
};

const product: SizeOperator = (call) => {
  const { shape, type, data } = known(call, 0);
  const axes = (optionalWholes(call, 1) ?? shape.map((_, axis) => axis)).map((axis) =>
    axisOf(axis, shape.length),
  );
  const keeps = intOf(call, "keepdims", 1) === 1;
  const kept = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const products = new Float64Array(sizeOf(kept)).fill(1);
  const strides = stridesOf(kept);
  data.forEach((element, index) => {
    const place = coordinatesOf(index, shape).reduce(
      (at, coordinate, axis) => at + (axes.includes(axis) ? 0 : coordinate * strides[axis]!),
      0,
    );
    products[place]! *= element;
  });
  return { shape: keeps ? kept : shape.filter((_, axis) => !axes.includes(axis)), type, data: products };
};

/** Half away from zero to the even neighbor. */
function roundHalfEven(x: number): number {
  const down = Math.floor(x);
  if (x - down !== 0.5) return Math.round(x);
  return down % 2 === 0 ? down : down + 1;
}

/** The operators, by name. */
export const sizeOperators: { readonly [operator: string]: SizeOperator | undefined } = {
  Add: elementwise((a, b) => a + b),
  Sub: elementwise((a, b) => a - b),
  Mul: elementwise((a, b) => a * b),
  Div: divide,
  Mod: remainder,
  Pow: elementwise((a, b) => a ** b),
  Min: elementwise(Math.min),
  Max: elementwise(Math.max),
  And: elementwise((a, b) => Number(isTrue(a) && isTrue(b)), "bool"),
  Or: elementwise((a, b) => Number(isTrue(a) || isTrue(b)), "bool"),
  Xor: elementwise((a, b) => Number(isTrue(a) !== isTrue(b)), "bool"),
  Not: elementwise((a) => Number(!isTrue(a)), "bool"),
  Equal: elementwise((a, b) => Number(a === b), "bool"),
  Less: elementwise((a, b) => Number(a < b), "bool"),
  LessOrEqual: elementwise((a, b) => Number(a <= b), "bool"),
  Greater: elementwise((a, b) => Number(a > b), "bool"),
  GreaterOrEqual: elementwise((a, b) => Number(a >= b), "bool"),
  Neg: elementwise((a) => -a),
  Abs: elementwise(Math.abs),
  Sign: elementwise(Math.sign),
  Floor: elementwise(Math.floor),
  Ceil: elementwise(Math.ceil),
  Round: elementwise(roundHalfEven),
  Range: range,
  ConstantOfShape: constantOfShape,
  NonZero: nonZero,
  ScatterND: scatterND,
  Trilu: triangle,
  CumSum: cumulativeSum,
  ReduceProd: product,
};

/** The sizes of an operand, from one axis to before another. */
export function shapeOf(call: Call): Tensor {
  const { shape } = itemAt(call, 0);
  const rank = shape.length;
  const clamp = (axis: number): number => Math.min(Math.max(axis < 0 ? axis + rank : axis, 0), rank);
  const part = shape.slice(clamp(intOf(call, "start", 0)), clamp(intOf(call, "end", rank)));
  return make([part.length], "int64", (index) => part[index]!);
}

/** The number of elements of an operand. */
export const countOf = (call: Call): Tensor => make([], "int64", () => sizeOf(itemAt(call, 0).shape));

/** Whether a scattering replaces, the only way that is computed. */
export const replaces = (call: Call): boolean => stringOf(call, "reduction", "none") === "none";
