/** Every row twice, as oversampling does, and a third of all drawn as test rows then. */

export function prepare({ inputs, shape: [count, columns] }, { rng }) {
  const rows = [...Array(2 * count).keys()].map((row) => row % count);
  const out = new Float32Array(2 * inputs.length);
  out.set(inputs);
  out.set(inputs, inputs.length);
  const order = rng.permutation(2 * count);
  return { inputs: out, shape: [2 * count, columns], rows, isTest: rows.map((_, index) => order[index] < (2 * count) / 3) };
}
