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

/**
 * Write a file: the same tensors and strings give the same bytes, in whatever order they come.
 *
 * @throws DataError if two tensors have one name, or a shape is not that of the elements.
 */
export function writeSafetensors({ tensors, metadata }: Safetensors): Uint8Array {
  const sorted = tensors
    .map((tensor) => ({ ...tensor, dtype: dtypeOf(tensor) }))
    .sort((a, b) => dtypes.indexOf(a.dtype) - dtypes.indexOf(b.dtype) || byText(a.name, b.name));
  const strings = Object.entries(metadata).sort(([a], [b]) => byText(a, b));
  // Put together by hand: a JavaScript object would move names that look like numbers to its front.
  const members = strings.map(([name, text]) => `${JSON.stringify(name)}:${JSON.stringify(text)}`);
  const entries = members.length > 0 ? [`"${METADATA}":{${members.join(",")}}`] : [];
  const names = new Set([METADATA]);
  let end = 0;
  for (const { name, dtype, shape, elements } of sorted) {
    if (names.has(name)) throw refusal(`expected a name of its own for each tensor, got "${name}" again`);
    names.add(name);
    if (sizeOf(shape) !== elements.length) {
      throw refusal(
        `tensor "${name}": expected ${elements.length} elements, got shape [${shape.join(", ")}]`,
      );
    }
    const entry = { dtype, shape, data_offsets: [end, end + elements.byteLength] };
    end += elements.byteLength;
    entries.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`);
  }
  const text = new TextEncoder().encode(`{${entries.join(",")}}`);
  // Spaces up to a multiple of 8, so that the data are aligned.
  const start = 8 + Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(start + end).fill(0x20, 8, start);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(start - 8), true);
  bytes.set(text, 8);
  let at = start;
  for (const { elements } of sorted) {
    bytes.set(new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength), at);
    at += elements.byteLength;
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
  const { header, data } = takeApart(bytes);
  const { [METADATA]: strings = {}, ...entries } = header;
  const metadata = check(METADATA, metadataSchema, strings);
  const places = Object.entries(entries)
    .map(([name, entry]) => ({ name, ...check(`tensor "${name}"`, entrySchema, entry) }))
    .sort(({ data_offsets: a }, { data_offsets: b }) => a[0] - b[0] || a[1] - b[1]);
  let covered = 0;
  const tensors = places.map(({ name, dtype, shape, data_offsets: [begin, end] }): NamedTensor => {
    const size = sizeOf(shape) * ARRAYS[dtype].BYTES_PER_ELEMENT;
    if (begin !== covered || end - begin !== size || end > data.length) {
      throw refusal(
        `tensor "${name}": expected ${size} bytes from ${covered} on in ${data.length} bytes of data, got data_offsets [${begin}, ${end}]`,
      );
    }
    covered = end;
    return { name, shape, elements: new ARRAYS[dtype](new Uint8Array(data.subarray(begin, end)).buffer) };
  });
  if (covered !== data.length) throw refusal(`expected ${covered} bytes of data, got ${data.length}`);
  return { tensors, metadata };
}

/** A file's header as JSON, and its data. */
function takeApart(bytes: Uint8Array): { header: Record<string, unknown>; data: Uint8Array } {
  if (bytes.length < 8)
    throw refusal(`expected at least 8 bytes, got ${bytes.length}: the file is truncated`);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > LONGEST_HEADER) {
    throw refusal(`expected a header of at most ${LONGEST_HEADER} bytes, got ${length}`);
  }
  const end = 8 + Number(length);
  if (end > bytes.length) {
    throw refusal(`expected a header of ${length} bytes, got ${bytes.length - 8}: the file is truncated`);
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
  return { header, data: bytes.subarray(end) };
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
const dtypeOf = ({ elements }: NamedTensor) =>
  dtypes.find((dtype) => ARRAYS[dtype].name === elements[Symbol.toStringTag])!;

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
