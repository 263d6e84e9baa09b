/**
 * @file The columns of a dataset, one at a time: as the file had them where that is known, else the inputs.
 */

import { type Dataset, exampleCount, exampleSize, isImages } from "../data/dataset.ts";
import type { AuditTask } from "./section.ts";

/** A column: a value an example, whole numbers for categories. */
export interface AuditColumn {
  readonly name: string;
  readonly isCategory: boolean;
  readonly train: Float32Array;
  readonly test: Float32Array;
}

/** The names of all columns, without their values. */
export function columnNames({ splits, columns }: Pick<AuditTask, "splits" | "columns">): string[] {
  if (columns) return columns.map(({ name }) => name);
  const { shape } = splits.train;
  const [, , height = 1, width = 1] = shape;
  return Array.from({ length: exampleSize(splits.train) }, (_, at) =>
    isImages(splits.train)
      ? `pixel (${Math.floor(at / width) % height}, ${at % width})${shape[1]! > 1 ? ` of channel ${Math.floor(at / (height * width))}` : ""}`
      : `column ${at + 1}`,
  );
}

/** All columns in turn; a column's arrays are overwritten by the next one. */
export function* eachColumn({
  splits,
  columns,
}: Pick<AuditTask, "splits" | "columns">): Generator<AuditColumn> {
  const names = columnNames({ splits, columns });
  const { train, test } = splits;
  const values = { train: new Float32Array(exampleCount(train)), test: new Float32Array(exampleCount(test)) };
  let first = 0;
  for (const [at, name] of names.entries()) {
    const width = columns?.[at]?.categories?.length;
    fill(train, first, width, values.train);
    fill(test, first, width, values.test);
    yield { name, isCategory: width !== undefined, ...values };
    first += width ?? 1;
  }
}

/** The values of one input; of several, which one is 1, and -1 where none is. */
function fill(dataset: Dataset, first: number, width: number | undefined, values: Float32Array): void {
  const { inputs } = dataset;
  const size = exampleSize(dataset);
  for (let example = 0; example < values.length; example++) {
    const start = example * size + first;
    values[example] = width === undefined ? inputs[start]! : inputs.subarray(start, start + width).indexOf(1);
  }
}
