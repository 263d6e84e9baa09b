/**
 * @file IDX, the file format of MNIST: a header of big-endian sizes, then the values.
 *
 * Format: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits".
 */

import { DataError } from "../base/errors.ts";
import { type FileArray, NUMBER_TYPES, readNumbers } from "./array.ts";
import { isGzip } from "./gzip.ts";

/** An array read from an IDX file. */
export interface IdxArray {
  /** First index slowest. */
  readonly shape: readonly number[];
  readonly values: Uint8Array;
}

/** The element types of IDX. */
const ELEMENT_TYPES: Readonly<Record<number, string>> = {
  8: "uint8",
  9: "int8",
  11: "int16",
  12: "int32",
  13: "float32",
  14: "float64",
};

const product = (shape: readonly number[]): number => shape.reduce((result, size) => result * size, 1);

/** How bytes that are no IDX file begin, and what they are where that is plain. */
function describeStart(bytes: Uint8Array): string {
  if (bytes.length === 0) return "an empty file; fetch or make it again";
  const text = new TextDecoder().decode(bytes.subarray(0, 512));
  if (/^\s*<(!doctype|html|head|\?xml)/i.test(text)) {
    return "a web page, which a server sent instead; fetch it again";
  }
  const start = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return `"${start}"${isGzip(bytes) ? ", gzip within gzip; unpack it once" : ""}`;
}

/** What the header of an IDX file says. */
interface IdxHeader {
  /** Of the elements, or `type 1` for one that is not known. */
  readonly type: string;
  readonly shape: readonly number[];
  /** The sizes read the other way round. */
  readonly swapped: readonly number[];
  /** Where the elements begin. */
  readonly start: number;
}

function readHeader(bytes: Uint8Array, where: string): IdxHeader {
  if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== 0) {
    throw new DataError(
      `${where}: expected an IDX file, which starts with 00 00, got ${describeStart(bytes)}`,
    );
  }
  const rank = bytes[3]!;
  const start = 4 + 4 * rank;
  if (rank === 0 || bytes.length < start) {
    throw new DataError(
      `${where}: expected an IDX header of ${start} bytes for ${rank} dimensions, got ${bytes.length} bytes`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sizes = (isLittleEndian: boolean): number[] =>
    Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis, isLittleEndian));
  const type = ELEMENT_TYPES[bytes[2]!] ?? `type ${bytes[2]}`;
  return { type, shape: sizes(false), swapped: sizes(true), start };
}

/** Check that there are as many bytes as the sizes say; `size` is that of an element. */
function checkLength(
  { shape, swapped, start }: IdxHeader,
  size: number,
  length: number,
  where: string,
): void {
  const expected = product(shape);
  const got = (length - start) / size;
  if (got !== expected && got === product(swapped)) {
    throw new DataError(
      `${where}: expected sizes with the most significant byte first, got [${swapped.join(", ")}] with the least first; ` +
        "write the header in big-endian order",
    );
  }
  if (got !== expected) {
    throw new DataError(
      `${where}: expected ${expected} values for shape [${shape.join(", ")}], got ${got}; ` +
        `the file is ${got < expected ? "truncated" : "oversized"}, fetch it again`,
    );
  }
}

/**
 * Read an IDX file of unsigned bytes.
 *
 * @param bytes - The whole file, unpacked; the values are a view of it.
 * @param where - The file to blame.
 * @throws DataError if the header is not one, the type is not uint8, or sizes and bytes disagree.
 */
export function parseIdx(bytes: Uint8Array, where: string): IdxArray {
  const header = readHeader(bytes, where);
  const { type, shape, start } = header;
  if (type !== "uint8") {
    const isQmnist = type === "int32" && shape.length === 2 && shape[1] === 8;
    throw new DataError(
      `${where}: expected IDX values of type uint8, got ${type} of shape [${shape.join(", ")}]; ` +
        (isQmnist
          ? "these are labels of QMNIST, whose first column is the digit: write that column as uint8"
          : "write pixels as whole numbers from 0 to 255, and labels from 0 on, as uint8"),
    );
  }
  checkLength(header, 1, bytes.length, where);
  return { shape, values: bytes.subarray(start) };
}

/**
 * Read an IDX file of any type.
 *
 * @param bytes - The whole file, unpacked; values of type uint8 are a view of it.
 * @param where - The file to blame.
 * @throws DataError if the header is not one, the type is unknown, or sizes and bytes disagree.
 */
export function parseIdxArray(bytes: Uint8Array, where: string): FileArray {
  const header = readHeader(bytes, where);
  const { type, shape, start } = header;
  const known = NUMBER_TYPES[type];
  if (!known) {
    throw new DataError(
      `${where}: expected IDX values of type ${Object.values(ELEMENT_TYPES).join(", ")}, got ${type}; the file is damaged, fetch it again`,
    );
  }
  checkLength(header, known.bytes, bytes.length, where);
  return { where, shape, type, values: readNumbers(bytes.subarray(start), type, product(shape), false) };
}
