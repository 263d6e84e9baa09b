/**
 * @file Which tensors of a file are one parameter.
 */

import { DataError } from "../base/errors.ts";
import type { Tensor } from "../graph/onnx/parse.ts";
import type { ModelFile } from "./file.ts";
import type { Roles } from "./roles.ts";

/**
 * Which tensors are one parameter: the same tensor under two names, and matrices with equal elements, since exporters write
 * a tied matrix down twice. Biases that share a tensor are parameters of their own: exporters merge equal ones.
 */
export function tiesOf(file: ModelFile, { trained }: Roles): ReadonlyMap<string, string> {
  const tied = new Map<string, string>();
  const firsts: { readonly name: string; readonly tensor: Tensor }[] = [];
  for (const { name, role } of trained.values()) {
    if (role !== "weight") continue;
    const tensor = tensorNamed(file, name);
    const first = firsts.find((other) => other.tensor === tensor || equalMatrices(other.tensor, tensor));
    if (first) tied.set(name, first.name);
    else firsts.push({ name, tensor });
  }
  return tied;
}

/** The tensor that a name stands for, through nodes that pass it on. */
export function tensorNamed(file: ModelFile, name: string): Tensor {
  let source = name;
  while (!file.tensorNames.has(source)) {
    const node = file.nodes.find(({ operator, outputs }) => operator === "Identity" && outputs[0] === source);
    if (!node) throw new DataError(`model file: expected a tensor "${name}", got none`);
    source = node.inputs[0]!;
  }
  return file.tensor(source);
}

/** Whether two tensors are equal matrices, and not by being one number all over. */
const equalMatrices = (a: Tensor, b: Tensor): boolean =>
  a.shape.filter((size) => size > 1).length > 1 &&
  String(a.shape) === String(b.shape) &&
  a.data.every((element, at) => element === b.data[at]) &&
  a.data.some((element) => element !== a.data[0]);
