/**
 * The columns whose means differ most between two classes, by Student's t, and the data with these alone.
 *
 * @param used `[count]`: 1 for the rows that are looked at.
 */
export function selectColumns({ inputs, shape: [count, columns] }, labels, used, wanted = 20) {
  const sums = [0, 1].map(() => new Float64Array(columns));
  const squares = new Float64Array(columns);
  const sizes = [0, 0];
  for (let row = 0; row < count; row++) {
    if (!used[row]) continue;
    sizes[labels[row]]++;
    for (let column = 0; column < columns; column++) {
      const value = inputs[row * columns + column];
      sums[labels[row]][column] += value;
      squares[column] += value ** 2;
    }
  }
  const score = Float64Array.from(squares, (square, column) => {
    const [first, second] = sums.map((sum, label) => sum[column] / sizes[label]);
    const within = square - sizes[0] * first ** 2 - sizes[1] * second ** 2;
    return Math.abs(first - second) / Math.sqrt(within);
  });
  const best = [...score.keys()].sort((a, b) => score[b] - score[a]).slice(0, wanted);
  const chosen = new Float32Array(count * wanted);
  for (let row = 0; row < count; row++) {
    best.forEach((column, place) => {
      chosen[row * wanted + place] = inputs[row * columns + column];
    });
  }
  return { inputs: chosen, shape: [count, wanted] };
}
