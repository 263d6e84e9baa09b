import { expect, test } from "vitest";
import { experimentId } from "../../src/paper/definition.ts";
import { experimentFromFile } from "../../src/paper/file-experiment.ts";
import { findExperiment } from "../../src/paper/index.ts";
import { nameOf } from "../../src/web/parameters.ts";

const TEXT = "data: shapes\nmodel: linear\n";
const idOf = (name: string): Promise<string> =>
  experimentId(experimentFromFile(TEXT, `${name}.yaml`, name).experiment, {
    what: { file: `${name}.yaml`, text: TEXT, name },
    setting: { scale: "paper" },
  });

test.each([
  ["my-sweep", /^my-sweep-custom-/],
  ["My Sweep (2)", /^my-sweep-2--custom-/],
  ["学习", /^学习-custom-/],
  ["تعلّم", /^تعلّم-custom-/],
  ["Über-Größe", /^über-größe-custom-/],
  ["--help", /^help-custom-/],
  ["🎲", /^experiment-custom-/],
  ["\ud800", /^experiment-custom-/],
  ["../..", /^experiment-custom-/],
  ["a".repeat(300), /^a{80}-custom-/],
])("an experiment called %j has an id that commands and addresses take", async (name, id) => {
  const made = await idOf(name);
  expect(made).toMatch(id);
  expect(nameOf(made)).toBe(made);
  // However a file system writes the name.
  expect((await idOf(name.normalize("NFD"))).slice(0, -6)).toBe(made.slice(0, -6));
});

test("an experiment of the paper is called by its name and scale, and by what differs", async () => {
  const experiment = findExperiment("table-1");
  const what = { paper: "table-1" };
  expect(await experimentId(experiment, { what, setting: { scale: "paper" } })).toBe("table-1-paper");
  const [one, other] = await Promise.all(
    [100, 200].map((n) => experimentId(experiment, { what, setting: { scale: "paper", n } })),
  );
  expect(one).not.toBe(other);
});
