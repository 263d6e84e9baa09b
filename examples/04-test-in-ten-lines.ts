/**
 * The randomization test from a script: true against random labels, and a verdict.
 *
 *   node examples/04-test-in-ten-lines.ts
 */

import { runRandomizationTest } from "../src/index.ts";

const result = await runRandomizationTest({
  data: "digits",
  model: "mlp-1x512",
  seeds: 2,
  recipe: { epochs: 400 },
});
console.table(
  result.summary.map(({ inputs, nominal, trainAccuracy, testAccuracy }) => ({
    inputs,
    nominal,
    train: trainAccuracy?.mean,
    test: testAccuracy?.mean,
  })),
);
console.log(result.verdict.text);
