/**
 * @file The lower triangle of a symmetric matrix in tiles: half the memory of the matrix, and no array as long as it.
 */

/** Rows of a tile; the last ones have what is left. */
export const TILE = 1024;

/** A symmetric matrix of whole numbers, of which the lower triangle is stored, tile by tile; diagonal tiles are whole. */
export interface Triangle {
  /** Rows of the matrix, `n`. */
  readonly size: number;
  /** Tiles in a column: `ceil(n / TILE)`. */
  readonly count: number;
  /** The tile of a row and a column of tiles, `column <= row`: `[rowsOf(row), rowsOf(column)]`, row after row; not a copy. */
  tile(row: number, column: number): Int32Array;
}

/** Rows in a row of tiles. */
export const tileRows = (size: number, row: number): number => Math.min(TILE, size - row * TILE);

/** Bytes of a triangle. */
export function triangleBytes(size: number): number {
  const count = Math.ceil(size / TILE);
  let elements = 0;
  for (let row = 0; row < count; row++) {
    elements += tileRows(size, row) * Math.min(size, (row + 1) * TILE);
  }
  return 4 * elements;
}

/** A triangle of zeros. */
export function createTriangle(size: number): Triangle {
  const count = Math.ceil(size / TILE);
  const tiles = Array.from({ length: count }, (_, row) =>
    Array.from(
      { length: row + 1 },
      (_, column) => new Int32Array(tileRows(size, row) * tileRows(size, column)),
    ),
  );
  return { size, count, tile: (row, column) => tiles[row]![column]! };
}
