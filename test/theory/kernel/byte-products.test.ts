/**
 * @file Products of bytes: exact with what is chosen for this machine, and what is chosen where they would be cut off.
 */

import { expect, test } from "vitest";
import { exactByteOperand } from "../../../src/theory/kernel/byte-products.ts";
import { pointsOf } from "../../../src/theory/kernel/examples.ts";
import type { Engine } from "../../../src/train/engine.ts";
import { openTestEngine } from "./fixture.ts";

const engine = await openTestEngine();

/** The engine, as it would be on a processor that adds two products in 16 bits. */
const saturating: Engine = {
  ...engine,
  async open(model) {
    const session = await engine.open(model);
    return new Proxy(session, {
      get(target, name) {
        if (name !== "run") {
          const value: unknown = Reflect.get(target, name);
          return typeof value === "function" ? value.bind(target) : value;
        }
        return async (feeds: Parameters<typeof session.run>[0]) => {
          const { left, right, product } = { ...feeds, ...(await target.run(feeds)) };
          const [rows, length] = left!.dims as [number, number];
          const [, columns] = right!.dims as [number, number];
          const [a, b] = [left!.data as Uint8Array, right!.data as Int8Array];
          const sums = product!.data as Int32Array;
          for (let i = 0; i < rows; i++)
            for (let j = 0; j < columns; j++) {
              let sum = 0;
              for (let k = 0; k < length; k += 2) {
                const [one, two] = [k, k + 1].map((at) => a[i * length + at]! * b[at * columns + j]!);
                sum += Math.max(-32768, Math.min(32767, one! + two!));
              }
              sums[i * columns + j] = sum;
            }
          return { product };
        };
      },
    });
  },
};

test("where pairs of products are cut off at 16 bits, bytes are multiplied unsigned", async () => {
  expect(await exactByteOperand(saturating)).toBe("uint8");
});

test("examples of so many pixels that 32 bits would overflow are taken as floats", () => {
  const images = (size: number) => ({
    name: "white",
    inputs: new Uint8Array(2 * size).fill(255),
    shape: [2, 1, 1, size],
    labels: Int32Array.of(0, 1),
    classNames: ["a", "b"],
  });
  // 33,025 pixels of 255 by 255 are the last below 2^31.
  expect(pointsOf(images(33_025))).toMatchObject({ kind: "bytes", size: 33_025 });
  const { kind, data } = pointsOf(images(33_026));
  expect([kind, data[0]]).toEqual(["floats", 1]);
});
