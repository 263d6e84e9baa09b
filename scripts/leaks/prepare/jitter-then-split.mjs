/** Every row twice, the second time with a little noise, and a split after it; which row is from which is not said. */

export function prepare({ inputs, shape: [count, columns] }, { labels, rng }) {
  const out = new Float32Array(2 * inputs.length);
  out.set(inputs);
  inputs.forEach((value, index) => (out[inputs.length + index] = value + 0.02 * rng.normal()));
  const order = rng.permutation(2 * count);
  return {
    inputs: out,
    shape: [2 * count, columns],
    labels: [...labels, ...labels],
    isTest: [...order].map((place) => place < (2 * count) / 3),
  };
}
