/**
 * Data at a path on their way into trials: what they are called says nothing about which trials they are.
 */

import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readData } from "../../src/data/node/read-data.ts";
import { planExperiment } from "../../src/lab/plan-experiment.ts";
import { runRandomizationTest } from "../../src/lab/test.ts";
import { experimentOf } from "../../src/paper/definition.ts";
import { describedTrials } from "../../src/paper/described-trials.ts";
import { experimentFromFile, pathsIn } from "../../src/paper/file-experiment.ts";
import { testExperiment, testId } from "../../src/paper/test-experiment.ts";
import { planTest } from "../../src/paper/test-plan.ts";
import { contentOf } from "../../src/run/contents.ts";
import { loadDataset, openLibrary } from "../../src/run/node/library.ts";
import { writeSplits } from "../../src/run/splits.ts";
import { identify, isDataPath } from "../../src/run/subject.ts";
import { paperRecipe } from "../../src/train/recipe.ts";
import { shatterHere } from "../cli/shatter.ts";

let folder = "";
let [here, there] = ["", ""];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "shatter-path-"));
  [here, there] = [join(folder, "cats and dogs"), join(folder, "copy")];
  for (const split of ["train", "test"]) {
    for (const [label, name] of ["cat", "dog"].entries()) {
      await mkdir(join(here, split, name), { recursive: true });
      for (let index = 0; index < 8; index++) {
        const background = { r: 100 * label, g: 10 * index, b: split === "test" ? 5 : 0 };
        const image = sharp({ create: { width: 4, height: 4, channels: 3, background } });
        await image.png().toFile(join(here, split, name, `${index}.png`));
      }
    }
  }
  await cp(here, there, { recursive: true });
});
afterAll(async () => rm(folder, { recursive: true }));

const request = { inputs: ["true" as const], corrupt: [0, 1], seeds: 1, firstSeed: 0, escalations: 0 };

async function plan(data: string, options: object = {}) {
  const given = { model: "mlp-1x512", data, ...options };
  const { subject, source, model, contents } = await identify(
    openLibrary({ readsPaths: true }),
    given,
    paperRecipe,
  );
  return { contents, plan: await planTest({ ...request, model, recipe: paperRecipe }, source, subject) };
}

describe("data at a path", () => {
  test("are the same test under another path, and another with other bytes", async () => {
    const [one, other] = [await plan(here), await plan(there)];
    const definition = { what: { test: one.plan }, setting: { scale: "paper" } } as const;
    const id = await testId(one.plan, definition);
    expect(await testId(other.plan, definition)).toBe(id);
    expect(other.contents).toEqual(one.contents);
    expect(one.plan.facts.dataset.name).toMatch(/^data-[0-9a-f]{8}$/);
    expect(testExperiment(one.plan).title).toContain("on cats and dogs");
    await writeFile(join(there, "test/dog/7.png"), await sharp(join(there, "test/cat/0.png")).toBuffer());
    const changed = await plan(there);
    expect(await testId(changed.plan, definition)).not.toBe(id);
  });

  test("are trained on in child processes, and the document says all of their trials", async () => {
    const result = await runRandomizationTest({ data: here, n: 10, recipe: { epochs: 2 }, escalations: 0 });
    expect(result.trials.map(({ status }) => status)).toEqual(["done", "done"]);
    expect(result.dataset).toMatchObject({ name: "cats and dogs", train: 10, test: 16, shape: [3, 4, 4] });
    expect((await describedTrials(result, result)).every(({ spec }) => spec !== undefined)).toBe(true);
  });

  test("are read as options behind the path say, whole or in part", async () => {
    const { train, test: held } = await loadDataset(`${here}?size=2`, { n: 6 });
    expect([train.shape, held.shape]).toEqual([
      [6, 3, 2, 2],
      [16, 3, 2, 2],
    ]);
    await expect(loadDataset(here, { n: 17 })).rejects.toThrow(
      "cats and dogs: expected 1 to 16 training examples",
    );
  });

  test("are said on the command line as they were understood, and found by a plain name", async () => {
    const short = ["--epochs", "1", "--escalations", "0", "--no-lab", "--json"];
    const args = ["test", "--data", "copy", "--size", "2", "--model", "linear", ...short];
    const { stdout, stderr, code } = await shatterHere(args, { cwd: folder });
    expect(code).toBe(0);
    expect(stderr).toContain("copy: ./copy is read as a folder of images");
    expect(stderr).toContain("copy: 32 images brought to 2 x 2");
    expect(stderr).toContain("copy: inputs have mean 0 and deviation 1 by channel");
    const { dataset, recipe } = JSON.parse(stdout);
    expect(dataset).toMatchObject({ name: "copy", shape: [3, 2, 2] });
    expect(recipe.preprocess).toBe("standardize");
  });

  test("stand in an experiment file, whose trials are those of a test on them", async () => {
    const source = ["data: ./mine?size=2", "model: mlp-1x512", "n: 8", "recipe: { epochs: 1 }"].join("\n");
    expect(pathsIn("data", source, "grid.yaml")).toEqual(["./mine?size=2"]);
    const { splits } = await readData(`${here}?size=2`);
    const content = await contentOf(writeSplits(splits));
    const data = { "./mine?size=2": content.identity };
    const { experiment } = experimentFromFile(source, "grid.yaml", "grid", data);
    const what = { file: "grid.yaml", text: source, name: "grid", data };
    const planned = await planExperiment({
      experiment,
      what,
      setting: { scale: "paper" },
      examples: [content],
    });
    expect(planned.contents).toEqual([content]);
    expect(planned.trials[0]!.source).toMatchObject({ name: content.identity, n: 8 });
    expect(experimentOf(what).conditions({ scale: "paper" }, "mlp-1x512")[0]!.data.name).toBe(
      content.identity,
    );
    const tested = await plan(`${there}?size=2`, { n: 8 });
    expect(planned.trials[0]!.spec.dataset.name).toBe(splits.train.name);
    expect(tested.plan.facts.dataset.name).not.toBe(splits.train.name);
    const same = await plan(`${here}?size=2`, { n: 8 });
    expect(planned.trials[0]!.spec.dataset).toEqual(same.plan.facts.dataset);
  });

  test("are read from a path only where that is asked for, as by no worker", async () => {
    await expect(openLibrary().splits({ name: here })).rejects.toThrow(/unknown dataset/);
  });

  test.each([
    ["./photos", true],
    ["photos/", true],
    ["C:\\photos", true],
    ["rows.csv", true],
    ["photos?size=4", true],
    ["cifar10", false],
    ["gaussian", false],
    [`sha256:${"0".repeat(64)}`, false],
  ])("are told from names: %s", (text, isPath) => {
    expect(isDataPath(text)).toBe(isPath);
  });
});
