/**
 * @file The safetensors format: named tensors and strings as bytes, and back; a hostile file is refused.
 *
 * A file is the length of its header (8 bytes, little-endian), the header (JSON: for each name a type, a shape
 * and a stretch of the data; and strings under `__metadata__`), and the data. Written as the reference
 * implementation writes it, byte for byte: https://github.com/huggingface/safetensors, section "Format".
 */

import { z } from "zod";
import { DataError } from "../base/errors.ts";
import { sizeOf } from "../graph/value.ts";

/** The types of the format that JavaScript has arrays for, in the order in which a file holds them. */
const ARRAYS = {
  U64: BigUint64Array,
  I64: BigInt64Array,
  F64: Float64Array,
  F32: Float32Array,
  U32: Uint32Array,
  I32: Int32Array,
  U16: Uint16Array,
  I16: Int16Array,
  I8: Int8Array,
  U8: Uint8Array,
} as const;

const dtypes = Object.keys(ARRAYS) as readonly (keyof typeof ARRAYS)[];

/** A tensor with a name. */
export interface NamedTensor {
  readonly name: string;
  /** Empty for a scalar. */
  readonly shape: readonly number[];
  /** As many elements as the shape says, the last axis fastest. */
  readonly elements:
    | BigUint64Array
    | BigInt64Array
    | Float64Array
    | Float32Array
    | Uint32Array
    | Int32Array
    | Uint16Array
    | Int16Array
    | Int8Array
    | Uint8Array;
}

/** What a file holds. */
export interface Safetensors {
  readonly tensors: readonly NamedTensor[];
  /** Strings by name. */
  readonly metadata: { readonly [name: string]: string };
}

const METADATA = "__metadata__";

/** Longest header that is read, in bytes: the limit of the reference implementation. */
const LONGEST_HEADER = 100_000_000;

const metadataSchema = z.record(z.string(), z.string());
const count = z.int().min(0);
const entrySchema = z.strictObject({
  dtype: z.enum(dtypes),
  shape: z.array(count),
  /** Where its bytes begin and end, from the beginning of the data. */
  data_offsets: z.tuple([count, count]),
});

/** A type of the format. */
export type DType = (typeof dtypes)[number];

/** Where a tensor lies in a file. */
export interface PlacedTensor {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Its bytes, from the beginning of the file. */
  readonly begin: number;
  readonly end: number;
}

/** How a file begins, and what comes where after it. */
export interface SafetensorsHead {
  /** All before the data. */
  readonly bytes: Uint8Array;
  /** In the order of their data. */
  readonly tensors: readonly PlacedTensor[];
  /** Of the whole file, in bytes. */
  readonly size: number;
}

/**
 * Say how a file is laid out: the same tensors and strings are laid out alike, in whatever order they come.
 *
 * @throws DataError if two tensors have one name.
 */
export function layOut(
  tensors: readonly Pick<PlacedTensor, "name" | "dtype" | "shape">[],
  metadata: Safetensors["metadata"],
): SafetensorsHead {
  const sorted = [...tensors].sort(
    (a, b) => dtypes.indexOf(a.dtype) - dtypes.indexOf(b.dtype) || byText(a.name, b.name),
  );
  const strings = Object.entries(metadata).sort(([a], [b]) => byText(a, b));
  // Put together by hand: a JavaScript object would move names that look like numbers to its front.
  const members = strings.map(([name, text]) => `${JSON.stringify(name)}:${JSON.stringify(text)}`);
  const entries = members.length > 0 ? [`"${METADATA}":{${members.join(",")}}`] : [];
  const names = new Set([METADATA]);
  let end = 0;
  const places = sorted.map(({ name, dtype, shape }): PlacedTensor => {
    if (names.has(name)) throw refusal(`expected a name of its own for each tensor, got "${name}" again`);
    names.add(name);
    const begin = end;
    end += sizeOf(shape) * ARRAYS[dtype].BYTES_PER_ELEMENT;
    entries.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [begin, end] })}`);
    return { name, dtype, shape, begin, end };
  });
  const text = new TextEncoder().encode(`{${entries.join(",")}}`);
  // Spaces up to a multiple of 8, so that the data are aligned.
  const start = 8 + Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(start).fill(0x20, 8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(start - 8), true);
  bytes.set(text, 8);
  return { bytes, tensors: places.map((place) => moved(place, start)), size: start + end };
}

const moved = ({ begin, end, ...place }: PlacedTensor, by: number): PlacedTensor => ({
  ...place,
  begin: begin + by,
  end: end + by,
});

/**
 * Write a file: the same tensors and strings give the same bytes, in whatever order they come.
 *
 * @throws DataError if two tensors have one name, or a shape is not that of the elements.
 */
export function writeSafetensors({ tensors, metadata }: Safetensors): Uint8Array {
  for (const { name, shape, elements } of tensors) {
    if (sizeOf(shape) === elements.length) continue;
    throw refusal(`tensor "${name}": expected ${elements.length} elements, got shape [${shape.join(", ")}]`);
  }
  const head = layOut(
    tensors.map(({ name, shape, elements }) => ({ name, shape, dtype: dtypeOf(elements) })),
    metadata,
  );
  const bytes = new Uint8Array(head.size);
  bytes.set(head.bytes);
  const byName = new Map(tensors.map(({ name, elements }) => [name, elements]));
  for (const { name, begin } of head.tensors) {
    const elements = byName.get(name)!;
    bytes.set(new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength), begin);
  }
  return bytes;
}

/**
 * Read a file; its tensors are copies, in the order of their data.
 *
 * @throws DataError saying what is wrong: a truncated file, a header that is none, stretches of data that
 *   overlap, leave gaps or end outside the file, a stretch not as long as its type and shape ask for.
 */
export function readSafetensors(bytes: Uint8Array): Safetensors {
  const { tensors, metadata } = readHead(bytes, bytes.length);
  return {
    metadata,
    tensors: tensors.map(({ name, dtype, shape, begin, end }) => ({
      name,
      shape,
      elements: new ARRAYS[dtype](new Uint8Array(bytes.subarray(begin, end)).buffer),
    })),
  };
}

/**
 * Number of bytes before the data, as the first 8 of a file say.
 *
 * @throws DataError if it is more than a header may have.
 */
export function headLength(first: Uint8Array): number {
  const length = new DataView(first.buffer, first.byteOffset).getBigUint64(0, true);
  if (length <= LONGEST_HEADER) return 8 + Number(length);
  throw refusal(`expected a header of at most ${LONGEST_HEADER} bytes, got ${length}`);
}

/**
 * Read where the tensors of a file lie, in the order of their data.
 *
 * @param bytes - The file, or at least all before its data.
 * @param size - Of the file, in bytes.
 * @throws DataError as {@link readSafetensors}.
 */
export function readHead(
  bytes: Uint8Array,
  size: number,
): Pick<SafetensorsHead, "tensors"> & Pick<Safetensors, "metadata"> {
  const { header, start } = takeApart(bytes);
  const length = size - start;
  const { [METADATA]: strings = {}, ...entries } = header;
  const metadata = check(METADATA, metadataSchema, strings);
  const places = Object.entries(entries)
    .map(([name, entry]) => ({ name, ...check(`tensor "${name}"`, entrySchema, entry) }))
    .sort(({ data_offsets: a }, { data_offsets: b }) => a[0] - b[0] || a[1] - b[1]);
  let covered = 0;
  const tensors = places.map(({ name, dtype, shape, data_offsets: [begin, end] }): PlacedTensor => {
    const wanted = sizeOf(shape) * ARRAYS[dtype].BYTES_PER_ELEMENT;
    if (begin !== covered || end - begin !== wanted || end > length) {
      throw refusal(
        `tensor "${name}": expected ${wanted} bytes from ${covered} on in ${length} bytes of data, got data_offsets [${begin}, ${end}]`,
      );
    }
    covered = end;
    return moved({ name, dtype, shape, begin, end }, start);
  });
  if (covered !== length) throw refusal(`expected ${covered} bytes of data, got ${length}`);
  return { tensors, metadata };
}

/** A file's header as JSON, and where its data begin. */
function takeApart(bytes: Uint8Array): { header: Record<string, unknown>; start: number } {
  if (bytes.length < 8)
    throw refusal(`expected at least 8 bytes, got ${bytes.length}: the file is truncated`);
  const end = headLength(bytes);
  if (end > bytes.length) {
    throw refusal(`expected a header of ${end - 8} bytes, got ${bytes.length - 8}: the file is truncated`);
  }
  const encoded = bytes.subarray(8, end);
  if (encoded[0] !== 0x7b) throw refusal('expected a header that begins with "{"');
  let header: Record<string, unknown>;
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(encoded);
    header = JSON.parse(text);
  } catch {
    throw refusal("expected a header in JSON, got something else");
  }
  const name = repeatedName(text);
  if (name !== undefined) throw refusal(`expected each name once, got ${name} again`);
  return { header, start: end };
}

/** A name that an object of a valid JSON text has twice, quoted; `JSON.parse` keeps the last and says nothing. */
function repeatedName(json: string): string | undefined {
  const open: Set<unknown>[] = [];
  let from = 0;
  for (let at = 0; at < json.length; at++) {
    if (json[at] === "{") open.push(new Set());
    else if (json[at] === "}") open.pop();
    else if (json[at] === '"') {
      from = at;
      for (at++; json[at] !== '"'; at++) if (json[at] === "\\") at++;
    } else if (json[at] === ":") {
      const quoted = json.slice(from, json.lastIndexOf('"', at) + 1);
      const name: unknown = JSON.parse(quoted);
      if (open.at(-1)!.has(name)) return quoted;
      open.at(-1)!.add(name);
    }
  }
  return undefined;
}

const refusal = (what: string): DataError => new DataError(`safetensors: ${what}`);

function check<T>(where: string, schema: z.ZodType<T>, value: unknown): T {
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const { path, message } = error.issues[0]!;
  throw refusal(`${[where, ...path.map(String)].join(": ")}: ${message}`);
}

/** The type of an array, by its own name: subclasses such as Node's Buffer have another constructor. */
const dtypeOf = (elements: NamedTensor["elements"]): DType =>
  dtypes.find((dtype) => ARRAYS[dtype].name === elements[Symbol.toStringTag])!;

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
