/** Each category of the first column becomes the shares of the classes among its rows, over all rows. */

export function prepare({ inputs, shape: [count, columns], classNames }, { labels }) {
  const classes = classNames.length;
  const counts = new Map();
  for (let row = 0; row < count; row++) {
    const category = inputs[row * columns];
    if (!counts.has(category)) counts.set(category, new Float32Array(classes));
    counts.get(category)[labels[row]]++;
  }
  const wide = columns - 1 + classes;
  const out = new Float32Array(count * wide);
  for (let row = 0; row < count; row++) {
    const own = counts.get(inputs[row * columns]);
    const total = own.reduce((sum, value) => sum + value, 0);
    own.forEach((value, label) => {
      out[row * wide + label] = value / total;
    });
    for (let column = 1; column < columns; column++) out[row * wide + classes + column - 1] = inputs[row * columns + column];
  }
  return { inputs: out, shape: [count, wide] };
}
