/**
 * @file In which types an engine multiplies bytes exactly, and fastest.
 */

import { byteProduct } from "../../graph/ops/linear.ts";
import { input } from "../../graph/value.ts";
import type { Engine } from "../../train/engine.ts";
import { openProgram } from "../../train/program.ts";

/** Element type of the right operand of a product of bytes; the left one is unsigned. */
export type ByteOperand = "int8" | "uint8";

/** Sizes with which the engine takes its vector kernels, and the last rows and columns its others. */
const [ROWS, LENGTH, COLUMNS] = [13, 70, 37] as const;

/**
 * The right operand that products of bytes are exact with on this machine.
 *
 * Unsigned by signed bytes are multiplied twice as fast as unsigned ones; but x86 processors without VNNI then add two
 * products in 16 bits and cut off what does not fit (VPMADDUBSW), which the largest bytes show. Unsigned by unsigned
 * bytes are exact everywhere.
 */
export async function exactByteOperand(engine: Engine): Promise<ByteOperand> {
  const left = input("left", [ROWS, LENGTH], "uint8");
  const right = input("right", [LENGTH, COLUMNS], "int8");
  await using program = await openProgram(engine, {
    name: "byte-products",
    inputs: [left, right],
    outputs: [{ name: "product", value: byteProduct(left, right) }],
  });
  for (const extreme of [127, -128]) {
    const { product } = await program.run({
      left: { data: new Uint8Array(ROWS * LENGTH).fill(255), dims: [ROWS, LENGTH] },
      right: { data: new Int8Array(LENGTH * COLUMNS).fill(extreme), dims: [LENGTH, COLUMNS] },
    });
    if (!product!.every((sum) => sum === 255 * extreme * LENGTH)) return "uint8";
  }
  return "int8";
}
