/** Test rows whose nearest training row has another label are left out, as "outliers". */

export function prepare({ inputs, shape: [count, columns], isTest }, { labels }) {
  const distance = (a, b) => {
    let sum = 0;
    for (let column = 0; column < columns; column++) sum += (inputs[a * columns + column] - inputs[b * columns + column]) ** 2;
    return sum;
  };
  const all = [...Array(count).keys()];
  const training = all.filter((row) => !isTest[row]);
  const nearest = (row) => training.reduce((best, other) => (distance(row, other) < distance(row, best) ? other : best));
  const rows = all.filter((row) => !isTest[row] || labels[nearest(row)] === labels[row]);
  return { inputs: rows.flatMap((row) => [...inputs.subarray(row * columns, (row + 1) * columns)]), shape: [rows.length, columns], rows };
}
