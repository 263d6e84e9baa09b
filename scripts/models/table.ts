/**
 * @file Writes the table of docs/models.md: each fixture beside what PyTorch says of it.
 *
 *   node scripts/models/table.ts
 */

import { compareWithPyTorch } from "../../test/import/compare.ts";
import { goldens } from "../../test/import/golden.ts";

const show = (error: number | null | undefined): string =>
  error === undefined ? "not compared" : error === null ? "none" : error.toExponential(0);

console.log(
  "| file | exported | set | first logits | losses of 20 steps | logits after | running averages |",
);
console.log("| --- | --- | --- | --- | --- | --- | --- |");
for (const [name, golden] of goldens) {
  const { before, trained } = await compareWithPyTorch(golden);
  const cells = [
    name,
    golden.export,
    golden.opset,
    show(before),
    show(trained?.losses),
    show(trained?.after),
    trained ? show(trained.running) : "not compared",
  ];
  console.log(`| ${cells.join(" | ")} |`);
}
