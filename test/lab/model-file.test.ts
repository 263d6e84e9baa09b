/**
 * A model file wherever a model's name goes: in a test, in an experiment file, and on a worker that never saw the file.
 */

import { copyFile, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Splits } from "../../src/data/dataset.ts";
import { openLab } from "../../src/lab/open.ts";
import { planExperiment } from "../../src/lab/plan-experiment.ts";
import { workIn } from "../../src/lab/run.ts";
import { runRandomizationTest } from "../../src/lab/test.ts";
import { experimentFromFile, pathsIn } from "../../src/paper/file-experiment.ts";
import { openLibrary } from "../../src/run/node/library.ts";
import { openProcessPool } from "../../src/run/node/pool.ts";
import { paperRecipe } from "../../src/train/recipe.ts";
import type { TrialSpec } from "../../src/train/spec.ts";
import { MODELS } from "../import/golden.ts";
import { newDatabase } from "../store/databases.ts";

const FILE = join(MODELS, "resnet18.onnx");
const request = {
  data: "shapes",
  n: 96,
  testN: 40,
  corrupt: [1],
  escalations: 0,
  jobs: 1,
  threads: 1,
  recipe: { batch: 32, lastBatch: "drop", preprocess: "standardize", epochs: 2 },
} as const;
const model = `${FILE}?start=keep&resize=32`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "shatter-model-file-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("a model file", () => {
  test("is tested, and named by its hash and by how it is read", async () => {
    const result = await runRandomizationTest({ ...request, model });
    expect(result.model).toMatchObject({ name: "resnet18", file: { findings: [{ kind: "changed" }] } });
    expect(result.model.file!.identity).toMatch(/^sha256:[0-9a-f]{64}\?start=keep&resize=32x32$/);
    expect(result.trials).toMatchObject([{ status: "done", epochs: 2 }]);
  });

  test("has a fresh last layer for another number of classes, and says so", async () => {
    const few = join(MODELS, "text.onnx");
    const inputs = Float32Array.from({ length: 40 * 12 }, (_, at) => (at * 7) % 50);
    const labels = Int32Array.from({ length: 40 }, (_, at) => at % 2);
    const split = { name: "words", inputs, labels, shape: [40, 12], classNames: ["no", "yes"] } as const;
    const result = await runRandomizationTest({
      ...request,
      data: { train: split, test: split } as unknown as Splits,
      n: 40,
      testN: 40,
      model: few,
      recipe: { batch: 8, preprocess: "none", epochs: 1 },
    });
    expect(result.model.file!.findings[0]).toMatchObject({
      kind: "changed",
      what: "the last layer is a fresh one, of 2 classes instead of 4",
    });
    expect(result.trials).toMatchObject([{ status: "done" }]);
  });

  test("is the same model under any path, and in a lab nothing of it is trained twice", async () => {
    const lab = { lab: join(folder, "lab") };
    const first = await runRandomizationTest({ ...request, model, lab });
    const copy = join(folder, "another name.onnx");
    await copyFile(FILE, copy);
    let reused = 0;
    const onReused = (trials: number): void => {
      reused = trials;
    };
    const again = await runRandomizationTest({
      ...request,
      model: `${copy}?resize=32&start=keep`,
      lab,
      onReused,
    });
    expect(reused).toBe(1);
    expect(again.trials).toEqual(first.trials);
    expect(again.model.name).toBe("another name");
    await using open = await openLab(lab);
    expect((await open.database.tables.selectFrom("experiments").select("id").execute()).length).toBe(1);
    expect(await readdir(join(lab.lab, "contents"))).toHaveLength(1);
  });

  test("is trained by a worker of another folder that never saw it, to the same bytes", async () => {
    const databaseUrl = await newDatabase("modelfile");
    const library = openLibrary({ readsPaths: true });
    const file = await library.model(model);
    const identity = file.content!.identity;
    const source = [
      "data: shapes",
      "n: 96",
      "testN: 40",
      "model: mine.onnx",
      "corrupt: 1",
      "recipe: { batch: 32, lastBatch: drop, preprocess: standardize, epochs: 2 }",
    ].join("\n");
    expect(pathsIn("model", source, "grid.yaml")).toEqual(["mine.onnx"]);
    const models = { "mine.onnx": identity };
    const { experiment } = experimentFromFile(source, "grid.yaml", "grid", models);
    const what = { file: "grid.yaml", text: source, name: "grid", models };
    const planned = await planExperiment({ experiment, what, setting: { scale: "paper" }, files: [file] });
    {
      await using lab = await openLab({ lab: join(folder, "here"), databaseUrl });
      await lab.plan(planned);
    }
    await using worker = await openLab({ lab: join(folder, "elsewhere"), databaseUrl });
    const { signal } = new AbortController();
    await workIn(worker, { checkpoints: worker.checkpoints, untilIdle: true, jobs: 1, threads: 1, signal });
    const document = await worker.document(planned.id);
    const direct = await runRandomizationTest({ ...request, model });
    expect(document.trials[0]!.result.parametersHash).toMatch(/^[0-9a-f]{64}$/);
    expect(document.trials[0]!.result.parametersHash).toBe(direct.trials[0]!.parametersHash);
    expect(document.trials[0]!.spec.model).toBe(identity);
  });

  test("that a lab keeps is in an experiment that is started by its identity", async () => {
    const file = (await openLibrary({ readsPaths: true }).model(join(MODELS, "resnet18.eval.onnx"))).content!;
    await using lab = await openLab({ lab: join(folder, "started") });
    const start = (identity: string) =>
      lab.start({ name: "figure-1a", scale: "smoke", models: [`${identity}?size=free`] });
    await expect(start(file.identity)).rejects.toThrow("its bytes are not here");
    await lab.contents.keep([file]);
    const { id, trials } = await start(file.identity);
    const rows = await lab.database.tables.selectFrom("trials").select("model").execute();
    expect(rows).toHaveLength(trials);
    expect(new Set(rows.map(({ model: named }) => named))).toEqual(new Set([`${file.identity}?size=free`]));
    await lab.cancel({ experiment: id });
  });

  test("is read by its path for who asks here, and never because a spec names one", async () => {
    await expect(openLibrary().model(FILE)).rejects.toThrow("unknown model");
    await using pool = await openProcessPool({ jobs: 1, device: "cpu", threads: 1 });
    const { trials, dataset } = await runRandomizationTest({ ...request, model });
    expect(trials).toMatchObject([{ status: "done" }]);
    const spec: TrialSpec = {
      schema: "shatter/trial@1",
      dataset: { name: "shapes", hash: dataset.hash, train: 96, test: 40 },
      inputs: "true",
      corrupt: 1,
      model: FILE,
      recipe: { ...paperRecipe, ...request.recipe },
      seed: 0,
    };
    const failure = await pool.run(spec, { name: "shapes", n: 96, testN: 40 }, () => {});
    expect(failure).toMatchObject({ status: "failed", error: expect.stringContaining("unknown model") });
  });

  test("is refused with the place, before anything is trained", async () => {
    const refused = (path: string) => runRandomizationTest({ ...request, data: "digits", model: path });
    await expect(refused(join(MODELS, "none.onnx"))).rejects.toThrow("none.onnx: no such file");
    await expect(refused(FILE)).rejects.toThrow(
      'expected examples for input "input" [batch, 3, 32, 32], got examples [1, 8, 8]',
    );
    await expect(refused(`${FILE}?sart=keep`)).rejects.toThrow(
      'unknown setting "sart"; did you mean "start"?',
    );
  });
});
