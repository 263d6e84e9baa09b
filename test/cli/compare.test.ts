import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { experimentResultSchema } from "../../src/paper/experiment-result.ts";
import { shatterHere } from "./shatter.ts";

const folder = mkdtempSync(join(tmpdir(), "shatter-compare-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const compare = (...args: string[]) =>
  shatterHere(["compare", ...args, "--lab", join(folder, "lab"), "--no-serve", "--quiet"]);

test("trains both sides with equal seeds, and says in one sentence whether they differ", async () => {
  const [json, sides] = [join(folder, "result.json"), ["lr=0.01", "learningRate=0.00001,batch=64"]];
  const run = await compare(...sides, "--n", "100", "--with", "epochs=2", "--seeds", "3", "--json", json);
  expect(run.stderr).toContain("6 were run now");
  expect(run.code).toBe(0);
  expect(run.stdout).toMatch(/points; .+ \(95 % interval [−+]\d/);
  const document = experimentResultSchema.parse(JSON.parse(readFileSync(json, "utf8")));
  expect(document.summary).toMatch(
    /^On true labels: the test accuracy of B \(learningRate 0.00001, batch 64\)/,
  );
  expect(
    document.trials.map(({ spec }) => [spec.seed, spec.recipe.learningRate, spec.dataset.train]).sort(),
  ).toEqual([0, 1, 2].flatMap((seed) => [0.00001, 0.01].map((rate) => [seed, rate, 100])));
});

test.each([
  [["mlp-1x512", "mlp-1x51z"], 'unknown model or dataset "mlp-1x51z"; did you mean "mlp-1x512"?'],
  [["lr=0.1", "learnRate=0.01"], 'unknown field "learnRate"; did you mean "learningRate"?'],
  [["lr=0.1", "lr=high"], 'lr=high: recipe.learningRate: expected number, got "high"'],
  [["lr=0.1", "lr=0.1"], "twice the same training"],
  [["mlp-1x512", "shapes"], "got a model and data; say both of each side"],
])("refuses %j, and says why", async (sides, says) => {
  const run = await compare(...sides);
  expect(run.stderr).toContain(says);
  expect(run.code).toBe(2);
});
