/**
 * The randomizations are pure functions: see what they do to a dataset, and check that they do it.
 *
 *   node examples/01-randomize.ts
 */

import { checkConformance, describeConformance, loadDataset, randomize } from "../src/index.ts";

const splits = await loadDataset("shapes", { n: 1000, testN: 500 });
for (const request of [
  { inputs: "true", corrupt: 0.5 },
  { inputs: "shuffled", corrupt: 0 },
  { inputs: "gaussian", corrupt: 0 },
] as const) {
  const randomized = randomize(splits, request, 0);
  console.log(randomized.touched);
  for (const line of checkConformance(splits, randomized, request, 0))
    console.log(`  ${describeConformance(line)}`);
}
