import { describe, expect, test } from "vitest";
import { parseIdx } from "../../src/data/idx.ts";
import { idxFile } from "./fixtures.ts";

const GOOD = idxFile([2, 3], [1, 2, 3, 4, 5, 6]);

/** The good file with some bytes replaced. */
const withBytes = (changes: Readonly<Record<number, number>>): Uint8Array =>
  GOOD.map((byte, i) => changes[i] ?? byte);

describe("parseIdx", () => {
  test("reads shape and values", () => {
    expect(parseIdx(GOOD, "a")).toEqual({ shape: [2, 3], values: Uint8Array.of(1, 2, 3, 4, 5, 6) });
  });

  test("reads a view of a larger buffer", () => {
    const larger = Uint8Array.of(9, 9, ...GOOD);
    expect(parseIdx(larger.subarray(2), "a").shape).toEqual([2, 3]);
  });

  test.each([
    [
      Uint8Array.of(),
      "a: expected an IDX file, which starts with 00 00, got an empty file; fetch or make it again",
    ],
    [
      new TextEncoder().encode("<!DOCTYPE html><title>403 Forbidden</title>"),
      "a: expected an IDX file, which starts with 00 00, got a web page, which a server sent instead; fetch it again",
    ],
    [
      Uint8Array.of(0x1f, 0x8b, 8, 0),
      'a: expected an IDX file, which starts with 00 00, got "1f 8b 08 00", gzip within gzip; unpack it once',
    ],
    [
      idxFile([40, 2], new Uint8Array(80)).map((byte, at, all) => (at >= 4 && at < 12 ? all[at ^ 3]! : byte)),
      "a: expected sizes with the most significant byte first, got [40, 2] with the least first; write the header in big-endian order",
    ],
    [
      idxFile([5, 8], new Uint8Array(160)).with(2, 12),
      "a: expected IDX values of type uint8, got int32 of shape [5, 8]; these are labels of QMNIST, whose first column is the digit: write that column as uint8",
    ],
    [withBytes({ 0: 0x89 }), 'a: expected an IDX file, which starts with 00 00, got "89 00 08 02"'],
    [
      withBytes({ 2: 13 }),
      "a: expected IDX values of type uint8, got float32 of shape [2, 3]; write pixels as whole numbers from 0 to 255, and labels from 0 on, as uint8",
    ],
    [
      withBytes({ 2: 1 }),
      "a: expected IDX values of type uint8, got type 1 of shape [2, 3]; write pixels as whole numbers from 0 to 255, and labels from 0 on, as uint8",
    ],
    [withBytes({ 3: 9 }), "a: expected an IDX header of 40 bytes for 9 dimensions, got 18 bytes"],
    [withBytes({ 3: 0 }), "a: expected an IDX header of 4 bytes for 0 dimensions, got 18 bytes"],
    [
      GOOD.slice(0, -1),
      "a: expected 6 values for shape [2, 3], got 5; the file is truncated, fetch it again",
    ],
    [
      Uint8Array.of(...GOOD, 7),
      "a: expected 6 values for shape [2, 3], got 7; the file is oversized, fetch it again",
    ],
    [
      withBytes({ 4: 255, 8: 255 }),
      `a: expected ${4278190082 * 4278190083} values for shape [4278190082, 4278190083], got 6; the file is truncated, fetch it again`,
    ],
  ])("refuses %#", (bytes, message) => {
    expect(() => parseIdx(bytes, "a")).toThrow(expect.objectContaining({ name: "DataError", message }));
  });
});
