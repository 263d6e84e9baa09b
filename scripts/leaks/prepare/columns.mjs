/** What the planted preparations share: columns of rows. */

/** `[count]`: all rows, or those of the training split. */
export const allRows = ({ shape: [count] }) => new Uint8Array(count).fill(1);
export const trainingRows = ({ isTest }) => isTest.map((one) => 1 - one);

/** Every column with mean 0 and deviation 1 over the rows that are used. */
export function standardize({ inputs, shape }, used) {
  const [count] = shape;
  const columns = inputs.length / count;
  const out = Float32Array.from(inputs);
  for (let column = 0; column < columns; column++) {
    let [sum, squares, rows] = [0, 0, 0];
    for (let row = 0; row < count; row++) {
      if (!used[row]) continue;
      sum += inputs[row * columns + column];
      squares += inputs[row * columns + column] ** 2;
      rows++;
    }
    const mean = sum / rows;
    const deviation = Math.sqrt(Math.max(0, squares / rows - mean ** 2)) || 1;
    for (let row = 0; row < count; row++) out[row * columns + column] = (out[row * columns + column] - mean) / deviation;
  }
  return { inputs: out, shape };
}

/** Means of a column by class, over the rows that are used; the mean of all where a class has none. */
export function classMeans({ inputs, shape: [count, columns], classNames }, labels, used, column, isKnown = () => true) {
  const sums = classNames.map(() => 0);
  const sizes = classNames.map(() => 0);
  for (let row = 0; row < count; row++) {
    const value = inputs[row * columns + column];
    if (!used[row] || !isKnown(value)) continue;
    sums[labels[row]] += value;
    sizes[labels[row]]++;
  }
  const total = (values) => values.reduce((sum, value) => sum + value, 0);
  return sums.map((sum, label) => (sizes[label] > 0 ? sum / sizes[label] : total(sums) / Math.max(1, total(sizes))));
}

/** The columns whose class means differ most beside their spread (F statistic), over the rows that are used. */
export function select(data, labels, used, wanted) {
  const { inputs, shape } = data;
  const [count, columns] = shape;
  const score = Array.from({ length: columns }, (_, column) => {
    const means = classMeans(data, labels, used, column);
    let [between, within, sum, rows] = [0, 0, 0, 0];
    for (let row = 0; row < count; row++) {
      if (!used[row]) continue;
      sum += inputs[row * columns + column];
      rows++;
    }
    for (let row = 0; row < count; row++) {
      if (!used[row]) continue;
      const mean = means[labels[row]];
      between += (mean - sum / rows) ** 2;
      within += (inputs[row * columns + column] - mean) ** 2;
    }
    return between / (within || 1);
  });
  const best = [...score.keys()].sort((a, b) => score[b] - score[a]).slice(0, wanted);
  const out = new Float32Array(count * wanted);
  for (let row = 0; row < count; row++) {
    best.forEach((column, place) => (out[row * wanted + place] = inputs[row * columns + column]));
  }
  return { inputs: out, shape: [count, wanted] };
}
