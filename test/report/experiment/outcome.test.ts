import { expect, test } from "vitest";
import { measure } from "../../../src/document/measurement.ts";
import { measured, number, plain, text } from "../../../src/document/table.ts";
import { tellOutcome } from "../../../src/report/experiment/outcome.ts";

const columns = [
  plain("model", "Model"),
  plain("augment", "Augmentation"),
  plain("seeds", "Seeds", "count"),
  measured("test", "Test accuracy", "share"),
];
const row = (model: string, value: number) => ({
  model: text(model),
  augment: text("crop"),
  seeds: text(3),
  test: number(measure([value])),
});
const claim = (outcome: "reproduced" | "not tested") => ({ number: 1, text: "", outcome, evidence: "" });
const tableOf = (...rows: ReturnType<typeof row>[]) => [
  { name: "t", title: "T", caption: "", columns, rows },
];

test("tellOutcome counts claims, and names the best of several cells", () => {
  const claims = [claim("reproduced"), claim("not tested"), claim("reproduced")];
  expect(tellOutcome({ claims, tables: tableOf(row("alexnet", 0.7), row("inception", 0.893)) })).toBe(
    "Of 3 claims of the paper: 2 reproduced, 1 not tested. The best test accuracy is 89.3 %: inception, crop.",
  );
  expect(tellOutcome({ claims: [], tables: tableOf(row("alexnet", 0.7)) })).toBe("");
});
