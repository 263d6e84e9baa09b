/**
 * A model and examples that were given as values, without any name: here, in a child process, and by a worker on a server
 * that has never seen them.
 */

import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exportLab, importLab } from "../../src/lab/bundle.ts";
import { openLabContents } from "../../src/lab/contents.ts";
import { type LocalLab, openLab } from "../../src/lab/open.ts";
import type { PlannedExperiment } from "../../src/lab/plan-experiment.ts";
import { workIn } from "../../src/lab/run.ts";
import { labStatus } from "../../src/lab/status.ts";
import { runRandomizationTest } from "../../src/lab/test.ts";
import { findModel } from "../../src/nn/models.ts";
import { specsOf } from "../../src/paper/plan.ts";
import { planTest } from "../../src/paper/test-plan.ts";
import { openContents } from "../../src/run/node/contents.ts";
import { openLibrary } from "../../src/run/node/library.ts";
import { openProcessPool } from "../../src/run/node/pool.ts";
import { runtime } from "../../src/run/node/runtime.ts";
import { identify } from "../../src/run/subject.ts";
import { trialResultSchema } from "../../src/run/trial-result.ts";
import { readResults } from "../../src/store/results.ts";
import { openEngine } from "../../src/train/engine.ts";
import { paperRecipe } from "../../src/train/recipe.ts";
import { trialId } from "../../src/train/spec.ts";
import { runTrial, type TrialEvent } from "../../src/train/trial.ts";
import { blobs, mine } from "../run/values.ts";
import { newDatabase } from "../store/databases.ts";

const recipe = { ...paperRecipe, batch: 32, dropout: 0.25, epochs: 3 };
const request = {
  inputs: ["true" as const],
  corrupt: [1],
  seeds: 1,
  firstSeed: 0,
  escalations: 0,
  recipe,
  model: "",
};
const { subject, model, source, contents } = await identify(
  openLibrary(),
  { model: mine, data: blobs },
  recipe,
);
const { facts } = await planTest({ ...request, model }, source, subject);
const [spec] = specsOf({ ...request, model }, facts.dataset);
const id = await trialId(spec!);

let folder: string;
/** The hash of the parameters that the trial comes to in this process. */
let expected: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "shatter-values-"));
  for await (const event of runTrial(spec!, subject, await openEngine(runtime, "cpu", 1))) {
    if (event.type === "done") expected = event.outcome.parametersHash;
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What the child process of a pool says of the trial. */
async function runIn(contentFolder: string | undefined) {
  await using pool = await openProcessPool({ jobs: 1, device: "cpu", threads: 1, contents: contentFolder });
  const events: TrialEvent[] = [];
  const failure = await pool.run(spec!, source, (event) => events.push(event));
  const done = events.find((event) => event.type === "done");
  return { failure, hash: done?.outcome.parametersHash };
}

describe("a model and examples given as values", () => {
  test("have identities of their own, which are no names", async () => {
    expect(model).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(source.name).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(spec).toMatchObject({ model, dataset: { name: "blobs", train: 64, test: 30 } });
    expect(contents.map(({ identity }) => identity)).toEqual([model, source.name]);
  });

  test("that come with Shatter have their names", async () => {
    const given = { model: findModel("linear"), data: "shapes", n: 10, testN: 10 };
    expect(await identify(openLibrary(), given, recipe)).toMatchObject({
      model: "linear",
      source: { name: "shapes" },
      contents: [],
    });
  });

  test("are trained by a child process, to the same bytes", async () => {
    const kept = openContents(join(folder, "child"));
    for (const content of contents) await kept.write(content);
    expect(await runIn(kept.folder)).toEqual({ failure: undefined, hash: expected });
  });

  test("are missed where they are not, and refused where they are damaged", async () => {
    expect((await runIn(undefined)).failure!.error).toContain(
      `model ${model}: it was given as a value, and its bytes are not here`,
    );
    const kept = openContents(join(folder, "damaged"));
    for (const content of contents) await kept.write(content);
    const [file] = (await readdir(kept.folder)).filter((name) => name.includes(source.name.slice(-8)));
    await writeFile(join(kept.folder, file!), "not these");
    expect((await runIn(kept.folder)).failure!.error).toContain(
      `data ${source.name}: expected the bytes of this hash, got others`,
    );
    // Whoever keeps them again mends them.
    for (const content of contents) await kept.write(content);
    expect((await runIn(kept.folder)).hash).toBe(expected);
  });

  test("are tested like any others", async () => {
    const result = await runRandomizationTest({
      data: blobs,
      model: mine,
      corrupt: [1],
      escalations: 0,
      jobs: 1,
      threads: 1,
      recipe,
    });
    expect(result.model).toEqual({ name: "mine", parameters: 2447 });
    expect(result.dataset).toMatchObject({
      name: "blobs",
      classNames: ["a", "b", "c"],
      hash: spec!.dataset.hash,
    });
    expect(result.trials).toMatchObject([{ id, parametersHash: expected }]);
    const part = await runRandomizationTest({
      data: blobs,
      n: 32,
      testN: 10,
      corrupt: [1],
      escalations: 0,
      jobs: 1,
      threads: 1,
      recipe,
    });
    expect(part.dataset).toMatchObject({ train: 32, test: 10 });
    expect(part.trials).toMatchObject([{ status: "done" }]);
  });
});

describe("in a lab", () => {
  /** The trial as an experiment. */
  const planned: PlannedExperiment = {
    id: "mine-custom",
    experiment: { name: "mine", title: "Mine", source: null },
    scale: "custom",
    definition: {
      schema: "shatter/definition@1",
      what: { paper: "mine" },
      setting: { scale: "paper" },
      seeds: 1,
      models: [model],
      datasets: {},
    },
    trials: [{ id, spec: spec!, source, escalation: 0 }],
    contents,
  };

  /** Work until all is done; what the trial came to. */
  async function work(lab: LocalLab): Promise<string | null> {
    const { signal } = new AbortController();
    await workIn(lab, { checkpoints: lab.checkpoints, untilIdle: true, jobs: 1, threads: 1, signal });
    const document = (await readResults(lab.database.tables, [id])).get(id);
    return trialResultSchema.parse(document).result.parametersHash;
  }

  test("on a server they are trained by a worker of another folder, to the same bytes", async () => {
    const databaseUrl = await newDatabase("values");
    const here = join(folder, "here");
    {
      await using lab = await openLab({ lab: here, databaseUrl });
      await lab.plan(planned);
    }
    expect(existsSync(join(here, "contents"))).toBe(false);
    const elsewhere = join(folder, "elsewhere");
    await using worker = await openLab({ lab: elsewhere, databaseUrl });
    expect(await work(worker)).toBe(expected);
    expect(await readdir(join(elsewhere, "contents"))).toHaveLength(2);
  });

  test("they are tested, and the test is there to be read", async () => {
    const place = { lab: join(folder, "tested"), databaseUrl: await newDatabase("tested") };
    const result = await runRandomizationTest({
      data: blobs,
      model: mine,
      corrupt: [1],
      escalations: 0,
      jobs: 1,
      threads: 1,
      recipe,
      lab: place,
    });
    expect(result.trials).toMatchObject([{ id, parametersHash: expected }]);
    await using lab = await openLab(place);
    const [experiment] = (await labStatus(lab.database)).experiments;
    expect(experiment!.title).toBe("mine on blobs: the randomization test");
    expect(await lab.document(experiment!.id)).toMatchObject({
      trials: [{ spec: { model }, result: { id } }],
    });
  });

  test("on a server they are refused where they are too large for it", async () => {
    await using lab = await openLab({ lab: folder, databaseUrl: await newDatabase("small") });
    const { keep } = openLabContents(lab.database, join(folder, "small"), 10_000);
    await expect(keep(contents)).rejects.toThrow(
      `${source.name}: expected at most 10000 bytes of a model or of data`,
    );
    expect(await lab.contents.read(model)).toBeUndefined();
  });

  test("they move with an export, into a lab in a folder", async () => {
    const [from, out] = [join(folder, "from"), join(folder, "export")];
    {
      await using lab = await openLab({ lab: from, databaseUrl: await newDatabase("exported") });
      await lab.plan(planned);
      await exportLab(lab, out);
    }
    await using lab = await openLab({ lab: join(folder, "into") });
    await importLab(lab, out, (warning) => expect.fail(warning));
    expect(await work(lab)).toBe(expected);
  });
});
