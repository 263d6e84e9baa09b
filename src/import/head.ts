/**
 * @file A fresh last layer, for another number of classes than the file's.
 */

import { DataError } from "../base/errors.ts";
import type { Shape, Value } from "../graph/value.ts";
import type { Analysis } from "./analysis.ts";
import type { ModelFile } from "./file.ts";
import { tensorNamed } from "./ties.ts";

/** Scores of the file's last layer. */
export const widthOf = ({ classes, isBinary }: Analysis): number => (isBinary ? 1 : classes);

/** Shapes of the tensors of a fresh last layer, for another number of classes. */
export function headShapes(analysis: Analysis, classes: number, file: ModelFile): ReadonlyMap<string, Shape> {
  const { weight, bias, product } = analysis.roles.head!;
  const width = widthOf(analysis);
  const shapes = new Map<string, Shape>();
  const replace = (name: string, prefersFirst: boolean): void => {
    const { shape } = tensorNamed(file, name);
    const places = [...shape.keys()].filter((axis) => shape[axis] === width);
    const axis = prefersFirst ? places[0] : places.at(-1);
    if (axis === undefined) {
      throw new DataError(
        `model file: expected tensor "${name}" of the last layer to have ${width} classes along an axis, got [${shape.join(", ")}]; export the model for ${classes} classes`,
      );
    }
    shapes.set(name, shape.with(axis, classes));
  };
  replace(weight, classesFirst(product, weight));
  if (bias) replace(bias, false);
  return shapes;
}

/** Whether the classes are the first axis of the last layer's weights. */
function classesFirst(product: Value, weight: string): boolean {
  if (product.kind !== "application") return false;
  const { operation, inputs, attributes } = product;
  if (operation.name === "convolution") return true;
  const isDirect = inputs.some((operand) => operand.kind === "constant" && operand.name === weight);
  const isTurned = attributes["transposeB"] === true;
  return isDirect ? isTurned : !isTurned;
}
