/**
 * @file Parquet files for tests that no writer would write: what they promise and what they hold is told apart.
 *
 * Format: Apache Parquet, `parquet.thrift`, in Thrift's compact protocol.
 */

type Field = readonly [id: number, type: "i32" | "i64" | "binary" | "list" | "struct", value: unknown];

const TYPES = { i32: 5, i64: 6, binary: 8, list: 9, struct: 12 } as const;

function varint(value: number | bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt(value);
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
}

const zigzag = (value: number): number[] => varint(value >= 0 ? 2 * value : -2 * value - 1);

function struct(fields: readonly Field[]): Buffer {
  const parts: Buffer[] = [];
  let last = 0;
  for (const [id, type, value] of fields) {
    parts.push(Buffer.from([((id - last) << 4) | TYPES[type]]), encode(type, value));
    last = id;
  }
  return Buffer.concat([...parts, Buffer.from([0])]);
}

function encode(type: Field[1], value: unknown): Buffer {
  if (type === "i32" || type === "i64") return Buffer.from(zigzag(value as number));
  if (type === "struct") return struct(value as readonly Field[]);
  if (type === "binary") {
    const bytes = Buffer.from(value as string);
    return Buffer.concat([Buffer.from(varint(bytes.length)), bytes]);
  }
  const items = value as readonly { readonly type: Field[1]; readonly value: unknown }[];
  const head = [0xf0 | TYPES[items[0]?.type ?? "i32"], ...varint(items.length)];
  return Buffer.concat([Buffer.from(head), ...items.map((item) => encode(item.type, item.value))]);
}

const list = (type: Field[1], values: readonly unknown[]) => values.map((value) => ({ type, value }));

/** A column, and its one page. */
export interface WrittenColumn {
  readonly name: string;
  /** 1 is int32, 6 bytes. */
  readonly type: 1 | 6;
  /** 0 is plain, 7 each value as what it shares with the one before and the rest. */
  readonly encoding: 0 | 7;
  readonly page: Uint8Array;
}

/** A Parquet file of one row group, whose columns may be null. */
export function parquetFile(rows: number, columns: readonly WrittenColumn[]): Buffer {
  const parts: Buffer[] = [Buffer.from("PAR1")];
  let at = 4;
  const chunks = columns.map(({ name, type, encoding, page }) => {
    const sizes = [
      [2, "i32", page.length],
      [3, "i32", page.length],
    ] as const;
    const data = [
      [1, "i32", rows],
      [2, "i32", encoding],
      [3, "i32", 3],
      [4, "i32", 3],
    ] as const;
    const header = struct([[1, "i32", 0], ...sizes, [5, "struct", data]]);
    const start = at;
    parts.push(header, Buffer.from(page));
    at += header.length + page.length;
    const size = at - start;
    const told = [
      [1, "i32", type],
      [2, "list", list("i32", [encoding, 3])],
      [3, "list", list("binary", [name])],
      [4, "i32", 0],
      [5, "i64", rows],
      [6, "i64", size],
      [7, "i64", size],
      [9, "i64", start],
    ] as const;
    return [
      [2, "i64", start],
      [3, "struct", told],
    ] as const;
  });
  const leaves = columns.map(({ name, type }) => [
    [1, "i32", type],
    [3, "i32", 1],
    [4, "binary", name],
  ]);
  const root = [
    [4, "binary", "schema"],
    [5, "i32", columns.length],
  ];
  const group = [
    [1, "list", list("struct", chunks)],
    [2, "i64", at],
    [3, "i64", rows],
  ];
  const footer = struct([
    [1, "i32", 1],
    [2, "list", list("struct", [root, ...leaves])],
    [3, "i64", rows],
    [4, "list", list("struct", [group])],
  ]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(footer.length);
  return Buffer.concat([...parts, footer, length, Buffer.from("PAR1")]);
}

/** Levels that say of all rows the same: 1 that there is a value, 0 that it is null. */
export function levels(rows: number, level: 0 | 1): Buffer {
  const run = [...varint(2 * rows), level];
  const length = Buffer.alloc(4);
  length.writeUInt32LE(run.length);
  return Buffer.concat([length, Buffer.from(run)]);
}

/** Numbers that grow by a step, packed as their differences: five bytes for each 128. */
function evenly(count: number, first: number, step: number): Buffer {
  const block = Buffer.from([...zigzag(step), 0, 0, 0, 0]);
  const blocks = Array.from({ length: Math.ceil((count - 1) / 128) }, () => block);
  return Buffer.concat([
    Buffer.from([...varint(128), ...varint(4), ...varint(count), ...zigzag(first)]),
    ...blocks,
  ]);
}

/** A page of texts, each the one before and a letter more: of n bytes, n * n / 2. */
export const growingTexts = (rows: number): Buffer =>
  Buffer.concat([levels(rows, 1), evenly(rows, 0, 1), evenly(rows, 1, 0), Buffer.alloc(rows, "a")]);
