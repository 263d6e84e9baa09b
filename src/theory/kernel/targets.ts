/**
 * @file Labels as right-hand sides, and answers as labels.
 */

/** `[n, classes]`: 1 at the label of each example, 0 elsewhere. */
export function oneHot(labels: Int32Array, classes: number): Float64Array {
  const out = new Float64Array(labels.length * classes);
  labels.forEach((label, row) => {
    out[row * classes + label] = 1;
  });
  return out;
}

/** Matrices of equally many rows beside each other, `[rows, sum of columns]`. */
export function beside(parts: readonly Float64Array[], rows: number): Float64Array {
  const widths = parts.map((part) => part.length / rows);
  const columns = widths.reduce((sum, width) => sum + width, 0);
  const out = new Float64Array(rows * columns);
  let from = 0;
  parts.forEach((part, index) => {
    const width = widths[index]!;
    for (let row = 0; row < rows; row++) {
      out.set(part.subarray(row * width, (row + 1) * width), row * columns + from);
    }
    from += width;
  });
  return out;
}

/**
 * How many answers are not the label: the class with the largest value, the first of equals.
 *
 * @param said - `[rows, columns]`
 * @param from - The column of the first class.
 * @param columns - Columns in all; `classes` if not given.
 */
export function countErrors(
  said: Float64Array,
  labels: Int32Array,
  classes: number,
  from = 0,
  columns = classes,
): number {
  let errors = 0;
  labels.forEach((label, row) => {
    const start = row * columns + from;
    let best = 0;
    for (let column = 1; column < classes; column++) {
      if (said[start + column]! > said[start + best]!) best = column;
    }
    if (best !== label) errors++;
  });
  return errors;
}
