/**
 * A kernel fits random labels as exactly as true ones; only the norm of the solution tells them apart.
 *
 *   node examples/09-kernel.ts
 */

import { kernelInterpolation } from "../src/index.ts";

const { numbers, findings } = await kernelInterpolation({
  data: "gaussian",
  d: 30,
  n: 1000,
  testN: 1000,
  interpolants: false,
});
for (const finding of findings) console.log(finding);

const show = (name: string, digits = 1): string => (numbers[name] as number).toFixed(digits);
const percent = (name: string): string => `${(100 * (numbers[name] as number)).toFixed(1)} %`;
console.log(
  `True labels: ${numbers["trainErrors"]} training errors, ${percent("testError")} test error, norm ${show("norm")}. ` +
    `Random labels: ${numbers["randomTrainErrors"]} training errors, ${percent("randomTestError")} test error, norm ${show("randomNorm")}.`,
);
