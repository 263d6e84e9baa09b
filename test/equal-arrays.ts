/**
 * @file Compares typed arrays by their bytes first: tensors have millions of elements, most of them are equal, and
 * looking at each takes a quarter of a second.
 */

import { expect } from "vitest";

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);

expect.addEqualityTesters([
  (one: unknown, other: unknown): true | undefined =>
    ArrayBuffer.isView(one) &&
    ArrayBuffer.isView(other) &&
    one.constructor === other.constructor &&
    bytesOf(one).equals(bytesOf(other))
      ? true
      : undefined,
]);
