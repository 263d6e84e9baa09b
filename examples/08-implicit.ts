/**
 * Many weights fit these labels: from zero SGD finds the shortest, from elsewhere it keeps what no example sees.
 *
 *   node examples/08-implicit.ts
 */

import { implicitRegularization } from "../src/index.ts";

const { findings, numbers } = await implicitRegularization({
  data: "gaussian",
  n: 100,
  d: 1000,
  methods: ["sgd"],
});
for (const finding of findings) console.log(finding);

const show = (name: string): string => (numbers[name] as number).toFixed(4);
console.log(
  `Distance from the minimum-norm solution, in its norms: from zero it is ${show("trueSgdZeroDistance")} away, ` +
    `from elsewhere ${show("trueSgdRandomDistance")}: the ${show("trueSgdRandomNullSpace")} that no example sees.`,
);
