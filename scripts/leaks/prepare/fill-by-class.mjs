/** Missing values (-9) become the mean of their class, over all rows. */

import { allRows, classMeans } from "./columns.mjs";

export function prepare(data, { labels }) {
  const { inputs, shape } = data;
  const [count, columns] = shape;
  const out = Float32Array.from(inputs);
  for (let column = 0; column < columns; column++) {
    const means = classMeans(data, labels, allRows(data), column, (value) => value !== -9);
    for (let row = 0; row < count; row++) {
      if (inputs[row * columns + column] === -9) out[row * columns + column] = means[labels[row]];
    }
  }
  return { inputs: out, shape };
}
