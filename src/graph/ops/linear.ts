/**
 * @file Matrix products.
 */

import { GraphError, ShapeError } from "../../base/errors.ts";
import { type Operation, operation } from "../operation.ts";
import {
  type NDArray,
  numberLike,
  type OnnxAttribute,
  type Shape,
  sameShape,
  sizeOf,
  type Value,
} from "../value.ts";
import { broadcastShape, checkSameType, coordinatesOf, elementAt } from "./broadcast.ts";
import { multiply } from "./elementwise.ts";
import { reshape, transpose } from "./shape.ts";
import { sumTo } from "./sum.ts";

/** The matrices of a stack `[..., m, k]` one below the other. */
const below = (x: Value): Value => reshape(x, { shape: [sizeOf(x.shape.slice(0, -1)), x.shape.at(-1)!] });

/**
 * Matrix product, `[..., m, k] x [..., k, n] -> [..., m, n]`: of two matrices, or matrix by matrix of stacks of them, whose
 * leading axes broadcast.
 */
export const matmul: Operation<[Value, Value]> = operation({
  name: "matmul",
  operands: 2,
  onnx: "MatMul",
  shape([a, b]) {
    checkSameType("matmul", a, b);
    if (a.shape.length < 2 || b.shape.length < 2 || a.shape.at(-1) !== b.shape.at(-2)) {
      const stack = a.shape.length > 2 || b.shape.length > 2 ? "..., " : "";
      throw new ShapeError("matmul", `[${stack}m, k] and [${stack}k, n]`, [a.shape, b.shape]);
    }
    const stack = broadcastShape("matmul", a.shape.slice(0, -2), b.shape.slice(0, -2));
    return [...stack, a.shape.at(-2)!, b.shape.at(-1)!];
  },
  gradient(dy, [a, b]) {
    const da = sumTo(matmul(dy, transpose(b)), a.shape);
    // All of a stack meet one matrix: its gradient is one product, and not a sum of products.
    const isShared = b.shape.length === 2 && a.shape.length > 2;
    const db = isShared ? matmul(transpose(below(a)), below(dy)) : matmul(transpose(a), dy);
    return [da, sumTo(db, b.shape)];
  },
  multiplyAdds: ([a], y) => sizeOf(y.shape) * a.shape.at(-1)!,
  evaluate(shape, [a, b]) {
    const [m, n, k] = [shape.at(-2)!, shape.at(-1)!, a.shape.at(-1)!];
    const matricesOf = (x: NDArray): NDArray => matrixNumbers(x.shape.slice(0, -2));
    const [lefts, rights] = [matricesOf(a), matricesOf(b)];
    const stack = shape.slice(0, -2);
    const y = new Float64Array(sizeOf(shape));
    for (let matrix = 0; matrix < sizeOf(stack); matrix++) {
      const at = coordinatesOf(matrix, stack);
      const [left, right] = [elementAt(lefts, at) * m * k, elementAt(rights, at) * k * n];
      for (let row = 0; row < m; row++)
        for (let i = 0; i < k; i++)
          for (let column = 0; column < n; column++)
            y[(matrix * m + row) * n + column]! +=
              a.data[left + row * k + i]! * b.data[right + i * n + column]!;
    }
    return y;
  },
});

/** The numbers of the matrices of a stack, in order. */
const matrixNumbers = (shape: Shape): NDArray => ({
  shape,
  data: Float64Array.from({ length: sizeOf(shape) }, (_, matrix) => matrix),
});

/** How a product is taken. */
type Gemm = {
  readonly alpha: number;
  readonly beta: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
};

/** The product of two matrices as they are. */
export const plainProduct: Gemm = { alpha: 1, beta: 1, transposeA: false, transposeB: false };

const floatOr = (attribute: OnnxAttribute | undefined, value: number): number =>
  attribute && "float" in attribute ? attribute.float : value;

/**
 * `alpha A B + beta C`: a matrix product, and maybe something added to it in the same pass over memory.
 *
 * `A` is `[m, k]` (or `[k, m]` with `transposeA`), `B` is `[k, n]` (or `[n, k]`), and `C`, if there is one, broadcasts to
 * `[m, n]`.
 */
export const gemm: Operation<readonly Value[], Gemm> = operation<readonly Value[], Gemm>({
  name: "gemm",
  operands: [2, 3],
  onnx: {
    operator: "Gemm",
    write: ({ alpha, beta, transposeA, transposeB }) => ({
      attributes: {
        alpha: { float: alpha },
        beta: { float: beta },
        transA: { int: Number(transposeA) },
        transB: { int: Number(transposeB) },
      },
    }),
    read: ({ attributes }) => ({
      alpha: floatOr(attributes["alpha"], 1),
      beta: floatOr(attributes["beta"], 1),
      transposeA: isOne(attributes["transA"]),
      transposeB: isOne(attributes["transB"]),
    }),
  },
  shape(operands, { transposeA, transposeB }) {
    checkSameType("gemm", ...operands);
    const [a, b, c] = operands as [Value, Value, Value?];
    const [m, k] = transposeA ? [a.shape[1], a.shape[0]] : a.shape;
    const [k2, n] = transposeB ? [b.shape[1], b.shape[0]] : b.shape;
    if (a.shape.length !== 2 || b.shape.length !== 2 || k !== k2) {
      throw new ShapeError("gemm", "[m, k] and [k, n], after transposing as told", [a.shape, b.shape]);
    }
    if (c && !sameShape(broadcastShape("gemm", [m!, n!], c.shape), [m!, n!])) {
      throw new ShapeError("gemm", `an addend that broadcasts to [${m}, ${n}]`, [c.shape]);
    }
    return [m!, n!];
  },
  gradient(dy, operands, { alpha, beta, transposeA, transposeB }) {
    const [a, b, c] = operands as [Value, Value, Value?];
    const scaled = scale(dy, alpha);
    // Each gradient is one product of the operands as they are; a transpose of a result would cost a pass.
    const product = (left: Value, isLeft: boolean, right: Value, isRight: boolean): Value =>
      matmul(isLeft ? transpose(left) : left, isRight ? transpose(right) : right);
    const da = transposeA ? product(b, transposeB, scaled, true) : product(scaled, false, b, !transposeB);
    const db = transposeB ? product(scaled, true, a, transposeA) : product(a, !transposeA, scaled, false);
    return c ? [da, db, sumTo(scale(dy, beta), c.shape)] : [da, db];
  },
  multiplyAdds: ([a], y) => sizeOf(a!.shape) * y.shape[1]!,
  evaluate(shape, operands, { alpha, beta, transposeA, transposeB }) {
    const [a, b, c] = operands as [NDArray, NDArray, NDArray?];
    const [m, n] = shape as readonly [number, number];
    const k = transposeA ? a.shape[0]! : a.shape[1]!;
    return Float64Array.from({ length: m * n }, (_, index) => {
      const [row, column] = coordinatesOf(index, shape) as [number, number];
      let product = 0;
      for (let i = 0; i < k; i++) {
        const left = a.data[transposeA ? i * m + row : row * k + i]!;
        const right = b.data[transposeB ? column * k + i : i * n + column]!;
        product += left * right;
      }
      return alpha * product + (c ? beta * elementAt(c, [row, column]) : 0);
    });
  },
});

/**
 * Product of matrices of bytes, added up exactly in 32 bits: `[m, k] x [k, n] -> [m, n]`, int32.
 *
 * A third and a fourth operand, scalars of the type of the matrices, are what stands for 0 in each.
 */
export const byteProduct: Operation<readonly Value[]> = operation<readonly Value[]>({
  name: "byteProduct",
  operands: [2, 4],
  onnx: "MatMulInteger",
  shape(operands) {
    const [a, b, ...zeros] = operands as [Value, Value, ...Value[]];
    if (operands.some(({ type }) => type !== "int8" && type !== "uint8"))
      throw new GraphError(
        `byteProduct: expected int8 or uint8, got ${operands.map(({ type }) => type).join(", ")}`,
      );
    zeros.forEach((zero, at) => {
      checkSameType("byteProduct", operands[at]!, zero);
    });
    const fits = a.shape.length === 2 && b.shape.length === 2 && a.shape[1] === b.shape[0];
    if (!fits || zeros.some(({ shape }) => shape.length > 0)) {
      throw new ShapeError(
        "byteProduct",
        "[m, k], [k, n] and scalars",
        operands.map(({ shape }) => shape),
      );
    }
    return [a.shape[0]!, b.shape[1]!];
  },
  type: () => "int32",
  gradient: (_, operands) => operands.map(() => null),
  multiplyAdds: ([a], y) => sizeOf(a!.shape) * y.shape[1]!,
  evaluate(shape, operands) {
    const [a, b] = operands.slice(0, 2).map(({ shape: own, data }, at) => {
      const zero = operands[at + 2]?.data[0] ?? 0;
      return { shape: own, data: data.map((element) => element - zero) };
    }) as [NDArray, NDArray];
    return matmul.record.evaluate(shape, [a, b], {});
  },
});

const isOne = (attribute: OnnxAttribute | undefined): boolean =>
  attribute !== undefined && "int" in attribute && attribute.int !== 0;

/** `factor x`, and `x` itself for a factor of 1. */
function scale(x: Value, factor: number): Value {
  return factor === 1 ? x : multiply(x, numberLike(x, factor));
}
