/**
 * @file Broadcasting, as in NumPy and ONNX: sizes are aligned at the end, and 1 stretches.
 */

import { GraphError, ShapeError } from "../../base/errors.ts";
import { type NDArray, type Shape, sizeOf, type Value } from "../value.ts";

/**
 * The shape two or more shapes stretch to.
 *
 * @throws ShapeError if sizes differ and neither is 1.
 */
export function broadcastShape(name: string, ...shapes: readonly Shape[]): number[] {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = shapes.map((shape) => shape[axis - (rank - shape.length)] ?? 1);
    const size = Math.max(...sizes);
    if (sizes.some((other) => other !== 1 && other !== size)) {
      throw new ShapeError(name, "shapes that broadcast", shapes);
    }
    return size;
  });
}

/**
 * Refuse operands of different element types: nothing is converted unasked.
 *
 * @throws GraphError if the types differ.
 */
export function checkSameType(name: string, ...operands: readonly Value[]): void {
  if (operands.some(({ type }) => type !== operands[0]!.type)) {
    throw new GraphError(
      `${name}: expected operands of one type, got ${operands.map(({ type }) => type).join(" and ")}`,
    );
  }
}

/** Elements to step over for one step along each axis. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * shape[axis + 1]!;
  return strides;
}

/** The coordinates of element `index` of a shape. */
export function coordinatesOf(index: number, shape: Shape): number[] {
  const coordinates = new Array<number>(shape.length);
  let rest = index;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    coordinates[axis] = rest % shape[axis]!;
    rest = Math.floor(rest / shape[axis]!);
  }
  return coordinates;
}

/** The element of `array` that stretches to `coordinates` of a broadcast shape. */
export function elementAt(array: NDArray, coordinates: readonly number[]): number {
  const { shape, data } = array;
  const skipped = coordinates.length - shape.length;
  let index = 0;
  for (let axis = 0; axis < shape.length; axis++) {
    const size = shape[axis]!;
    index = index * size + (size === 1 ? 0 : coordinates[axis + skipped]!);
  }
  return data[index]!;
}

/** Compute every element of a result from the broadcast elements of the operands. */
export function mapBroadcast(
  shape: Shape,
  arrays: readonly NDArray[],
  compute: (...elements: number[]) => number,
): Float64Array {
  return Float64Array.from({ length: sizeOf(shape) }, (_, index) => {
    const coordinates = coordinatesOf(index, shape);
    return compute(...arrays.map((array) => elementAt(array, coordinates)));
  });
}
