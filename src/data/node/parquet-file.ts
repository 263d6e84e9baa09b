/**
 * @file Parquet files, read whole by hyparquet, after what they promise was looked at: it makes room for whatever a page says
 * it has. What a promise does not show - texts that are each the one before and a letter more, footers of a million columns -
 * is bounded by whoever runs this: see `read-parquet-file.ts`.
 */

import zlib from "node:zlib";
import {
  type Compressors,
  type FileMetaData,
  parquetMetadataAsync,
  parquetRead,
  parquetSchema,
  type SchemaTree,
} from "hyparquet";
import { parquetHeader } from "hyparquet/src/column.js";
import { DataError, messageOf } from "../../base/errors.ts";
import { readBytes } from "./files.ts";

/** Most bytes of a file, and of all its pages unpacked: what Node reads at once. */
const MOST_BYTES = 2 ** 31 - 1;

/** Most values of all columns, and most columns. */
const MOST_VALUES = 2 ** 26;
const MOST_COLUMNS = 100_000;

/** How far bytes of a packing can unfold at best; of others it is not known. */
const RATIOS: Readonly<Record<string, number>> = { UNCOMPRESSED: 1, SNAPPY: 32, GZIP: 1032 };

/** Bytes that a page may unfold to beyond that. */
const SLACK = 64;

/** Values of a column, one a row: null, number, bigint, boolean, text, Date, bytes, or something nested. */
type ColumnValues = readonly unknown[];

/** What is in a Parquet file. */
export interface ParquetContents {
  readonly rows: number;
  /** Of the columns; what is nested is one. */
  readonly names: readonly string[];
  /** Columns of images as Hugging Face writes them: structures of `bytes` and `path`. */
  readonly images: readonly string[];
  readonly columns: readonly ColumnValues[];
  /** Hugging Face's metadata, which may be anything. */
  readonly said: string | undefined;
}

/**
 * Decode a Parquet file.
 *
 * @throws DataError if it is none, is damaged or packed in a way that is not read, or is beyond the limits.
 */
export async function decodeParquet(where: string): Promise<ParquetContents> {
  const bytes = await readBytes(where, MOST_BYTES);
  const file = {
    byteLength: bytes.length,
    slice: (from: number, to?: number) => bytes.slice(from, to).buffer,
  };
  try {
    const metadata = await parquetMetadataAsync(file);
    checkPromises(bytes, metadata, where);
    const { children } = parquetSchema(metadata);
    const names = children.map(({ element }) => element.name);
    const said = metadata.key_value_metadata?.find(({ key }) => key === "huggingface")?.value;
    checkNames(names, said, where);
    const rows = metadata.row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0);
    const values = new Map(names.map((name) => [name, new Array<unknown>(rows).fill(undefined)]));
    await parquetRead({
      file,
      metadata,
      columns: names,
      compressors,
      utf8: false,
      parsers: { stringFromBytes: (text: Uint8Array) => text && strict.decode(text) },
      onChunk: ({ columnName, columnData, rowStart }) => {
        const column = values.get(columnName)!;
        // Beyond the rows that there are is nothing of this file's.
        const count = Math.min(columnData.length, rows - rowStart);
        for (let at = 0; at < count; at++) column[rowStart + at] = columnData[at];
      },
    });
    for (const [name, column] of values) checkWhole(column, `${where}: column ${JSON.stringify(name)}`);
    const images = children.filter(isImage).map(({ element }) => element.name);
    return { rows, names, images, columns: [...values.values()], said };
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(
      `${where}: expected a Parquet file that is whole, got "${messageOf(error).slice(0, 200)}"; write it again, packed by snappy, gzip, brotli or zstd`,
      { cause: error },
    );
  }
}

function checkNames(names: readonly string[], said: string | undefined, where: string): void {
  // What stands for bytes that are no text: the reader of metadata passes over them.
  const lost = [...names, said ?? ""].find((name) => name.includes("\ufffd"));
  if (lost !== undefined) {
    throw new DataError(
      `${where}: expected names in UTF-8, got bytes that are none in ${JSON.stringify(lost.slice(0, 80))}; write the file again`,
    );
  }
  const seen = new Set<string>();
  const twice = names.find((name) => seen.size === seen.add(name).size);
  if (twice === undefined) return;
  throw new DataError(
    `${where}: expected each name of a column once, got ${JSON.stringify(twice)} twice; name them apart`,
  );
}

/** A row without a value, which is no null either, has lost it. */
function checkWhole(column: ColumnValues, here: string): void {
  const row = column.indexOf(undefined);
  if (row < 0) return;
  throw new DataError(
    `${here}: expected a value in each of ${column.length} rows, got none in row ${row + 1}; the file is damaged, write it again`,
  );
}

/** Refuses texts that are none; another would be read in their place. */
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Unpacks pages; none gives more than the page's header says. */
const compressors: Compressors = {
  GZIP: (input, length) => zlib.gunzipSync(input, { maxOutputLength: Math.max(1, length) }),
  BROTLI: (input, length) => zlib.brotliDecompressSync(input, { maxOutputLength: Math.max(1, length) }),
  // Node has it since 22.15.
  ...(typeof zlib.zstdDecompressSync === "function"
    ? { ZSTD: (input, length) => zlib.zstdDecompressSync(input, { maxOutputLength: Math.max(1, length) }) }
    : {}),
};

const isImage = ({ children }: SchemaTree): boolean =>
  children.some(({ element }) => element.name === "bytes");

/** Refuse a file whose metadata or pages promise more than may be, or more than their column has. */
function checkPromises(bytes: Uint8Array, { row_groups: groups, schema }: FileMetaData, where: string): void {
  const columns = Math.max(schema.length, ...groups.map((group) => group.columns.length));
  if (columns > MOST_COLUMNS) {
    throw new DataError(
      `${where}: expected at most ${MOST_COLUMNS} columns, got ${columns}; are rows and columns exchanged?`,
    );
  }
  let [values, unpacked] = [0, 0];
  for (const [at, group] of groups.entries()) {
    for (const { meta_data: column } of group.columns) {
      const here = `${where}: row group ${at}, column ${column?.path_in_schema.join(".")}`;
      const count = Number(column?.num_values);
      if (!column || !(count >= Number(group.num_rows) && Number(group.num_rows) >= 0)) {
        throw new DataError(
          `${here}: expected a value in each of ${group.num_rows} rows, got ${count}; write the file again`,
        );
      }
      const first = Number(column.dictionary_page_offset || column.data_page_offset);
      const start = Math.min(first, Number(column.data_page_offset));
      const size = Number(column.total_compressed_size);
      if (!(start >= 0 && size >= 0 && start + size <= bytes.length)) {
        throw new DataError(
          `${here}: expected ${size} bytes at ${start}, which are not there; the file is truncated or damaged`,
        );
      }
      const view = new DataView(bytes.buffer, bytes.byteOffset + start, size);
      values += count;
      unpacked += sizeOfPages(view, count, RATIOS[column.codec] ?? MOST_BYTES, here);
      if (values > MOST_VALUES || unpacked > MOST_BYTES) {
        throw new DataError(
          `${where}: expected at most ${MOST_VALUES} values and ${MOST_BYTES} bytes unpacked, got more; take a part of the data`,
        );
      }
    }
  }
}

/** Bytes of a column's pages, unpacked, as their headers say; `most` is how many values it has, `ratio` how far bytes may unfold. */
function sizeOfPages(view: DataView, most: number, ratio: number, here: string): number {
  const reader = { view, offset: 0 };
  let size = 0;
  while (reader.offset < view.byteLength - 1) {
    const header = parquetHeader(reader);
    const page = header.data_page_header ?? header.data_page_header_v2 ?? header.dictionary_page_header;
    const count = page?.num_values ?? 0;
    const [packed, unpacked] = [header.compressed_page_size, header.uncompressed_page_size];
    if (
      !(count >= 0 && count <= most && packed >= 0 && unpacked >= 0 && unpacked <= ratio * packed + SLACK)
    ) {
      throw new DataError(
        `${here}: expected a page of at most ${most} values, got one of ${count} values, ${packed} bytes and ${unpacked} unpacked; ` +
          "do not trust this file",
      );
    }
    size += unpacked;
    reader.offset += packed;
  }
  return size;
}
