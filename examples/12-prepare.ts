/**
 * A selection of columns before the split, and after it: 20 of 2,000 columns of noise on 100 examples, as Ambroise and
 * McLachlan (PNAS 99, 2002) showed for genes. `prepare/outside.mjs` looks at all rows, `prepare/inside.mjs` at training rows.
 *
 *   node examples/12-prepare.ts
 */

import { fileURLToPath } from "node:url";
import { randomStream, runRandomizationTest } from "../src/index.ts";

const COLUMNS = 2000;

/** Rows of noise, under labels that are pure chance. */
function noise(count: number, purpose: string) {
  const random = randomStream(0, purpose);
  const inputs = Float32Array.from({ length: COLUMNS * count }, () => random.normal());
  const labels = Int32Array.from({ length: count }, (_, row) => row % 2);
  return { name: "noise", inputs, shape: [count, COLUMNS], labels, classNames: ["healthy", "ill"] };
}

for (const name of ["outside", "inside"]) {
  const { verdict } = await runRandomizationTest({
    data: { train: noise(80, "train"), test: noise(20, "test") },
    prepare: fileURLToPath(new URL(`prepare/${name}.mjs`, import.meta.url)),
    permutations: 9,
    model: "linear",
    corrupt: [0],
    escalations: 0,
    recipe: { preprocess: "standardize", epochs: 50 },
  });
  const { suspected, reasons } = verdict.pipeline!;
  console.log(`${name}: ${suspected ? "ALARM" : "passed"}: ${reasons.join("; ")}.`);
}
