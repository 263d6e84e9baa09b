import { expect, test } from "vitest";
import { lookUp, pixelTable } from "../../src/data/pixel-table.ts";

const RESULT = (pixel: number): number => (pixel / 255 - 0.4) / 0.3;
const PIXELS = Uint8Array.from({ length: 2048 }, (_, at) => (at * 97 + (at >> 8) * 31) % 256);

// Whole groups of four and of eight pixels, others, places that are not aligned, planes that are too small for pairs.
test.each([
  [0, 2048],
  [4, 1028],
  [3, 1027],
  [512, 2046],
  [8, 16],
])("writes what a pixel becomes, from %d to %d, and nothing else", (from, to) => {
  const out = new Float32Array(2048).fill(9);
  lookUp(PIXELS, from, to, pixelTable(RESULT), out);
  expect(out).toEqual(Float32Array.from(PIXELS, (pixel, at) => (at >= from && at < to ? RESULT(pixel) : 9)));
});

test.each([1, 2, 4])("writes pixels that begin %d bytes into a buffer to numbers that do", (offset) => {
  const pixels = new Uint8Array(new ArrayBuffer(1024 + offset), offset, 1024);
  pixels.set(PIXELS.subarray(0, 1024));
  const out = new Float32Array(new ArrayBuffer(4 * (1024 + offset)), 4 * offset, 1024);
  lookUp(pixels, 0, 1024, pixelTable(RESULT), out);
  expect(out).toEqual(Float32Array.from(pixels, RESULT));
});
