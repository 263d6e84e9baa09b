/**
 * @file NPY, the file format of NumPy's arrays: a header that is a Python literal, then the elements.
 *
 * Format: NumPy's documentation, "numpy.lib.format", versions 1.0 to 3.0.
 */

import { DataError } from "../base/errors.ts";
import { countElements, type FileArray, NUMBER_TYPES, readNumbers, showSizes } from "./array.ts";

/** Longest header that is read; NumPy itself reads 10,000 characters. */
const LONGEST_HEADER = 2 ** 16;

/** Most axes; NumPy has no more. */
const MOST_AXES = 64;

const MAGIC = "\x93NUMPY";

/** Types that are no numbers or texts here, by their letter, and what to do. */
const REFUSED: Readonly<Record<string, string>> = {
  O: "Python objects, which only Python can read (and which may run code): save it as numbers or texts, by .astype(...) before numpy.save",
  V: "records with fields: save each field as an array of its own",
  c: "complex numbers: save real and imaginary parts as two columns",
  M: "dates: save them as numbers, such as days since a first one",
  m: "durations: save them as numbers, by .astype(float)",
};

/** An entry of the header. */
const ENTRY =
  /^\s*'(descr|fortran_order|shape)'\s*:\s*((?<='descr'\s*:\s*)(?:'[^']*'|"[^"]*")|(?<='fortran_order'\s*:\s*)(?:True|False)|(?<='shape'\s*:\s*)\([\d\s,L]*\))\s*$/;

/** What the header says. */
interface NpyHeader {
  readonly descr: string;
  readonly isFortran: boolean;
  readonly shape: readonly number[];
  /** Where the elements begin. */
  readonly start: number;
}

/** Whether bytes begin as an NPY file does. */
export const isNpy = (bytes: Uint8Array): boolean =>
  [...MAGIC].every((character, at) => bytes[at] === character.charCodeAt(0));

/**
 * Read an NPY file.
 *
 * @param bytes - The whole file; `uint8` values in C order are a view of it.
 * @param where - The file to blame.
 * @throws DataError if the header is not one, the elements are no numbers and no texts, or sizes and bytes disagree.
 */
export function parseNpy(bytes: Uint8Array, where: string): FileArray {
  const { descr, isFortran, shape, start } = readHeader(bytes, where);
  const [, order = "", letter = "", digits = ""] = /^([<>|=])?([a-zA-Z?])(\d{0,9})$/.exec(descr) ?? [];
  const type = typeOf(letter, Number(digits));
  if (type === undefined) {
    const advice = REFUSED[letter] ?? "save it as float32, float64, uint8 or int64";
    throw new DataError(`${where}: expected numbers or texts, got the type "${descr}": ${advice}`);
  }
  const size = type.bytes;
  const count = countElements(shape);
  const body = bytes.subarray(start);
  if (body.length !== count * size) {
    throw new DataError(
      `${where}: expected ${count * size} bytes for ${showSizes(shape)} of ${type.name}, got ${body.length}; ` +
        `the file is ${body.length < count * size ? "truncated" : "oversized"}: save it again`,
    );
  }
  const isLittle = order !== ">";
  const values = type.isText
    ? readTexts(body, count, type, isLittle, where)
    : readNumbers(body, type.name, count, isLittle);
  return { where, shape, type: type.name, values: isFortran ? toRowMajor(values, shape) : values };
}

/** An element type: its name, its size, whether it is a text. */
interface ElementType {
  readonly name: string;
  readonly bytes: number;
  readonly isText: boolean;
}

const KINDS: Readonly<Record<string, string>> = { i: "int", u: "uint", f: "float" };

function typeOf(letter: string, size: number): ElementType | undefined {
  if (letter === "U") return { name: "str", bytes: 4 * size, isText: true };
  if (letter === "S" || letter === "a") return { name: "bytes", bytes: size, isText: true };
  const name =
    letter === "?" || (letter === "b" && size === 1) ? "bool" : `${KINDS[letter] ?? letter}${8 * size}`;
  const known = NUMBER_TYPES[name];
  return known && { name, bytes: known.bytes, isText: false };
}

function readHeader(bytes: Uint8Array, where: string): NpyHeader {
  const wrong = (what: string): DataError => new DataError(`${where}: expected an NPY file, got ${what}`);
  if (!isNpy(bytes)) throw wrong("other bytes at its beginning; write it with numpy.save");
  const version = bytes[6] ?? 0;
  if (version < 1 || version > 3 || bytes[7] !== 0) {
    throw wrong(`version ${version}.${bytes[7] ?? 0}, and 1.0 to 3.0 are known`);
  }
  const lengthBytes = version === 1 ? 2 : 4;
  const start = 8 + lengthBytes;
  if (bytes.length < start) throw wrong(`${bytes.length} bytes; it is truncated`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > LONGEST_HEADER) throw wrong(`a header of ${length} bytes; ${LONGEST_HEADER} are read at most`);
  if (bytes.length < start + length) throw wrong("a header that is truncated");
  const text = new TextDecoder().decode(bytes.subarray(start, start + length));
  if (/'descr'\s*:\s*\[/.test(text)) {
    throw new DataError(`${where}: expected numbers or texts, got ${REFUSED["V"]}`);
  }
  const { descr, fortran_order: order, shape: sizes } = entriesOf(text);
  if (descr === undefined || order === undefined || sizes === undefined) {
    throw wrong(
      `a header without descr, fortran_order or shape, or with more: ${JSON.stringify(text.trim().slice(0, 200))}`,
    );
  }
  const shape = sizes.split(",").flatMap((size) => (size.trim() === "" ? [] : [Number.parseInt(size, 10)]));
  const isSane = shape.length <= MOST_AXES && shape.every((size) => Number.isSafeInteger(size));
  if (!isSane || !Number.isSafeInteger(8 * countElements(shape))) {
    throw wrong(`a shape beyond any memory: (${sizes.slice(0, 200)})`);
  }
  return { descr, isFortran: order === "True", shape, start: start + length };
}

/** The entries of a header, without quotes and brackets; none if it has others, or one twice, of which another reader takes another. */
function entriesOf(header: string): Readonly<Partial<Record<string, string>>> {
  const text = header.trim();
  if (!text.startsWith("{") || !text.endsWith("}")) return {};
  const all = text
    .slice(1, -1)
    .trim()
    .replace(/,$/, "")
    .split(/,(?=\s*')/);
  const entries = all.map((entry) => ENTRY.exec(entry) ?? []);
  const known = new Map(
    entries.map(([, name, value = ""]) => [name, value.replaceAll(/^['"(]|['")]$/g, "")]),
  );
  return entries.length === 3 && known.size === 3 ? Object.fromEntries(known) : {};
}

/** Texts of a fixed length, filled up with zeros: UTF-32 (`str`) or bytes, taken for UTF-8. */
function readTexts(
  body: Uint8Array,
  count: number,
  { name, bytes: size }: ElementType,
  isLittle: boolean,
  where: string,
): string[] {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const decoder = new TextDecoder("utf-8", { fatal: true });
  if (size === 0 && count > 0) throw new DataError(`${where}: expected texts, got ${count} of no length`);
  return Array.from({ length: count }, (_, i) => {
    try {
      if (name === "bytes") {
        return decoder.decode(body.subarray(i * size, (i + 1) * size)).replace(/\0+$/, "");
      }
      let text = "";
      for (let at = i * size; at < (i + 1) * size; at += 4) {
        text += String.fromCodePoint(view.getUint32(at, isLittle));
      }
      return text.replace(/\0+$/, "");
    } catch {
      throw new DataError(`${where}: expected texts, got bytes that are none in element ${i}`);
    }
  });
}

/** From Fortran's order, first index fastest, to C's. */
function toRowMajor(values: FileArray["values"], shape: readonly number[]): FileArray["values"] {
  if (shape.length < 2) return values;
  // strides[axis]: how far apart neighbors along an axis are in Fortran's order.
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, size) => product * size, 1));
  const index = new Array<number>(shape.length).fill(0);
  const result = values.slice() as unknown as number[];
  let from = 0;
  for (let to = 0; to < values.length; to++) {
    result[to] = values[from] as number;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return result as unknown as FileArray["values"];
}

/** Numbers that are written. */
export interface NumberArray {
  readonly shape: readonly number[];
  readonly values: Int32Array | Uint16Array | Uint32Array | Uint8Array | Float32Array | Float64Array;
}

/** Texts that are written. */
interface TextArray {
  readonly shape: readonly number[];
  readonly values: readonly string[];
}

/** An NPY file, version 1.0, in C's order, little-endian as machines are. */
export function writeNpy({ shape, values }: NumberArray | TextArray): Uint8Array {
  const { type, elements } = hasTexts(values)
    ? codePointsOf(values)
    : { type: typeOfNumbers(values), elements: values };
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const header = `{'descr': '${type}', 'fortran_order': False, 'shape': (${sizes}), }`;
  // Elements begin at a multiple of 64, and a line end comes before them.
  const start = Math.ceil((10 + header.length + 1) / 64) * 64;
  const body = new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength);
  const bytes = new Uint8Array(start + body.length);
  const text = `${MAGIC}\x01\0${String.fromCharCode((start - 10) & 255, (start - 10) >> 8)}${header}`;
  bytes.fill(0x20, 0, start);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  bytes[start - 1] = 0x0a;
  bytes.set(body, start);
  return bytes;
}

const hasTexts = (values: (NumberArray | TextArray)["values"]): values is readonly string[] =>
  Array.isArray(values);

/** Texts of one length each, filled with zeros. */
function codePointsOf(texts: readonly string[]): { readonly type: string; readonly elements: Uint32Array } {
  const points = texts.map((text) => Array.from(text, (letter) => letter.codePointAt(0)!));
  const length = points.reduce((most, each) => Math.max(most, each.length), 1);
  const elements = new Uint32Array(texts.length * length);
  for (const [at, each] of points.entries()) elements.set(each, at * length);
  return { type: `<U${length}`, elements };
}

function typeOfNumbers(values: NumberArray["values"]): string {
  if (values instanceof Uint8Array) return "|u1";
  if (values instanceof Float32Array) return "<f4";
  if (values instanceof Float64Array) return "<f8";
  return values instanceof Int32Array ? "<i4" : values instanceof Uint16Array ? "<u2" : "<u4";
}
