import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { DataError } from "../../src/base/errors.ts";
import { type NamedTensor, readSafetensors, writeSafetensors } from "../../src/train/safetensors.ts";

/** Written by the reference implementation: scripts/golden-safetensors.py. */
const GOLDEN = new Uint8Array(readFileSync(new URL("../golden/tensors.safetensors", import.meta.url)));

const TENSORS: readonly NamedTensor[] = [
  { name: "w", shape: [2, 3], elements: Float32Array.of(0, 1, 2, 3, 4, 5) },
  { name: "b", shape: [1], elements: Float32Array.of(1.5) },
  { name: "n", shape: [], elements: Int32Array.of(7) },
  { name: "empty", shape: [0, 3], elements: new Float32Array() },
  { name: "d", shape: [2], elements: Float64Array.of(1, 2) },
  { name: "u", shape: [3], elements: Uint8Array.of(1, 2, 3) },
  { name: "l", shape: [1], elements: BigInt64Array.of(5n) },
  { name: "h", shape: [1], elements: Int16Array.of(-1) },
  { name: "10", shape: [1], elements: BigUint64Array.of(10n) },
  { name: "9", shape: [1], elements: BigUint64Array.of(9n) },
  { name: "é", shape: [1], elements: Uint32Array.of(2) },
];
const METADATA = { made: 'by "safetensors"\n é' };

/** A file with any header and any data. */
function fileOf(header: unknown, data: Uint8Array = new Uint8Array()): Uint8Array {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

/** The header of one float32 tensor, and its 8 bytes of data. */
const oneTensor = (facts: object): Uint8Array =>
  fileOf({ w: { dtype: "F32", shape: [2], data_offsets: [0, 8], ...facts } }, new Uint8Array(8));

describe("writeSafetensors", () => {
  test("writes what the reference implementation writes, byte for byte, in whatever order tensors come", () => {
    expect(writeSafetensors({ tensors: TENSORS, metadata: METADATA })).toEqual(GOLDEN);
    expect(writeSafetensors({ tensors: TENSORS.toReversed(), metadata: METADATA })).toEqual(GOLDEN);
  });

  test("pads its header to a multiple of 8, and sorts the metadata", () => {
    const bytes = writeSafetensors({ tensors: [], metadata: { b: "2", a: "1" } });
    expect(bytes.length % 8).toBe(0);
    expect(new TextDecoder().decode(bytes.subarray(8)).trimEnd()).toBe('{"__metadata__":{"a":"1","b":"2"}}');
  });

  test.each([
    ["a name twice", [TENSORS[0]!, TENSORS[0]!], 'got "w" again'],
    ["the metadata's name", [{ ...TENSORS[0]!, name: "__metadata__" }], 'got "__metadata__" again'],
    [
      "a shape of another size",
      [{ ...TENSORS[0]!, shape: [7] }],
      'tensor "w": expected 6 elements, got shape [7]',
    ],
  ])("refuses %s", (_, tensors, message) => {
    expect(() => writeSafetensors({ tensors, metadata: {} })).toThrow(message);
  });
});

describe("readSafetensors", () => {
  test("reads what the reference implementation wrote", () => {
    const { tensors, metadata } = readSafetensors(GOLDEN);
    expect(metadata).toEqual(METADATA);
    const byName = (list: readonly NamedTensor[]) => new Map(list.map((tensor) => [tensor.name, tensor]));
    expect(byName(tensors)).toEqual(byName(TENSORS));
  });

  test("gives copies, from bytes at any address and from a Buffer", () => {
    const shifted = new Uint8Array(GOLDEN.length + 1);
    shifted.set(GOLDEN, 1);
    const { tensors } = readSafetensors(shifted.subarray(1));
    shifted.fill(0);
    expect(readSafetensors(Buffer.from(GOLDEN)).tensors).toEqual(tensors);
    expect(writeSafetensors({ tensors, metadata: METADATA })).toEqual(GOLDEN);
  });

  test("reads a file without metadata, and one without tensors", () => {
    expect(readSafetensors(oneTensor({})).metadata).toEqual({});
    expect(readSafetensors(fileOf("{}"))).toEqual({ tensors: [], metadata: {} });
  });

  test.each([
    ["nothing", new Uint8Array(), "expected at least 8 bytes, got 0"],
    ["a length only", Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 0), "expected a header of 9 bytes, got 0"],
    [
      "a length beyond all files",
      new Uint8Array(64).fill(255),
      "expected a header of at most 100000000 bytes",
    ],
    ["a header of spaces", fileOf("        "), 'begins with "{"'],
    ["an empty header", fileOf(""), 'begins with "{"'],
    ["half a header", fileOf('{"w":'), "expected a header in JSON"],
    ["a header that is not UTF-8", fileOf('{"\u00e9":1}').with(10, 0xff), "expected a header in JSON"],
    ["a tensor that is a number", fileOf({ w: 1 }), 'tensor "w": '],
    ["metadata that are no strings", fileOf({ __metadata__: { a: 1 } }), "__metadata__: "],
    ["a type it does not know", oneTensor({ dtype: "F8_E4M3" }), "dtype"],
    ["a type that is in every object", oneTensor({ dtype: "toString" }), "dtype"],
    ["a shape with a negative length", oneTensor({ shape: [-2] }), "shape"],
    ["a shape with half a length", oneTensor({ shape: [1.5] }), "shape"],
    ["a shape for other bytes", oneTensor({ shape: [3] }), "expected 12 bytes from 0 on"],
    [
      "a shape larger than numbers go",
      oneTensor({ shape: Array(80).fill(2 ** 50) }),
      "got data_offsets [0, 8]",
    ],
    [
      "a shape of not even a number",
      oneTensor({ shape: [...Array(80).fill(2 ** 50), 0] }),
      "got data_offsets [0, 8]",
    ],
    ["three offsets", oneTensor({ data_offsets: [0, 8, 8] }), "data_offsets"],
    ["offsets the wrong way round", oneTensor({ data_offsets: [8, 0] }), "got data_offsets [8, 0]"],
    ["offsets outside the file", oneTensor({ data_offsets: [8, 16] }), "got data_offsets [8, 16]"],
    [
      "offsets beyond the file",
      oneTensor({ shape: [2 ** 40], data_offsets: [0, 2 ** 42] }),
      "in 8 bytes of data",
    ],
    [
      "bytes of no tensor",
      fileOf({ __metadata__: {} }, new Uint8Array(3)),
      "expected 0 bytes of data, got 3",
    ],
    ["an unknown member", oneTensor({ stride: 1 }), "stride"],
    [
      "a tensor twice",
      fileOf(
        '{"w":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}, "\\u0077" :{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
        new Uint8Array(4),
      ),
      'expected each name once, got "\\u0077" again',
    ],
    ["a string twice", fileOf('{"__metadata__":{"a":"{","b":":","a":"2"}}'), 'got "a" again'],
    [
      "an offset twice",
      fileOf('{"w":{"dtype":"U8","shape":[0],"data_offsets":[0,8],"data_offsets":[0,0]}}'),
      'got "data_offsets" again',
    ],
  ])("refuses %s", (_, bytes, message) => {
    expect(() => readSafetensors(bytes)).toThrow(DataError);
    expect(() => readSafetensors(bytes)).toThrow(message);
  });

  test("refuses stretches of data that overlap", () => {
    const place = { dtype: "U8", shape: [4] };
    const header = { a: { ...place, data_offsets: [0, 4] }, b: { ...place, data_offsets: [2, 6] } };
    expect(() => readSafetensors(fileOf(header, new Uint8Array(6)))).toThrow(
      'tensor "b": expected 4 bytes from 4 on in 6 bytes of data, got data_offsets [2, 6]',
    );
  });

  test("refuses the file cut off anywhere", () => {
    for (let length = 0; length < GOLDEN.length; length++) {
      expect(() => readSafetensors(GOLDEN.subarray(0, length)), `${length} bytes`).toThrow(DataError);
    }
  });
});
