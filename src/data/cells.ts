/**
 * @file The cells of a table, wherever they lie: bytes of a text, values of a file.
 */

/** Cells by row and column, both from 0 on; each is read when it is asked for. */
export interface Cells {
  readonly rows: number;
  readonly columns: number;
  /** A cell as text, without quotes. */
  text(row: number, column: number): string;
  /** The number that a cell is, with a decimal point; NaN if it is none. */
  number(row: number, column: number): number;
  /** Whether a cell has no value. */
  isMissing(row: number, column: number): boolean;
}
