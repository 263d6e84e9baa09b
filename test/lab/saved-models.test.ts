/**
 * @file The networks of a test as files: with a lab and without, of trials that were done before, and of others than they were.
 */

import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { exportModel } from "../../src/lab/export-model.ts";
import { openNetworks } from "../../src/lab/networks.ts";
import { openLab } from "../../src/lab/open.ts";
import type { SavedModels } from "../../src/lab/saved-models.ts";
import { runRandomizationTest, type TestOptions } from "../../src/lab/test.ts";
import type { TestResult } from "../../src/paper/test-result.ts";
import type { RunEvent } from "../../src/run/record.ts";
import { readSafetensors } from "../../src/train/safetensors.ts";
import { MODELS } from "../import/golden.ts";

const folder = mkdtempSync(join(tmpdir(), "shatter-saved-models-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const asked = {
  data: "digits",
  n: 60,
  testN: 40,
  model: "linear",
  recipe: { epochs: 2, batch: 16 },
  escalations: 0,
  jobs: 1,
  threads: 1,
} as const satisfies TestOptions;

/** Run a test, and say what was saved of it. */
async function save(options: Partial<TestOptions> & { readonly saveModels: string }) {
  let saved: SavedModels | undefined;
  const result = await runRandomizationTest({
    ...asked,
    ...options,
    onSaved: (models) => {
      saved = models;
    },
  });
  return { result, saved: saved! };
}

/** A result without what differs from run to run. */
const withoutTimes = ({ provenance: _, trials, ...rest }: TestResult) => ({
  ...rest,
  trials: trials.map((trial) => ({ ...trial, seconds: 0 })),
});

const filesOf = (path: string): string[] => readdirSync(path).sort();

const PAIR = [
  "random-labels-seed-0.onnx",
  "random-labels-seed-0.safetensors",
  "true-labels-seed-0.onnx",
  "true-labels-seed-0.safetensors",
];

const lab = { lab: join(folder, "lab") };
const first = join(folder, "first");
const { result, saved } = await save({ lab, saveModels: first });

describe("saveModels", () => {
  test("leaves a pair of files of each trial, named by what it was trained on", () => {
    expect(filesOf(first)).toEqual(["index.json", ...PAIR]);
    expect(saved.missing).toEqual([]);
    const index = JSON.parse(readFileSync(join(first, "index.json"), "utf8"));
    expect(index).toEqual({ schema: "shatter/models@1", models: saved.models });
    expect(saved.models.map(({ id, name, onnx }) => [id, name, onnx])).toEqual([
      [result.trials[0]!.id, "True labels, seed 0", "true-labels-seed-0.onnx"],
      [result.trials[1]!.id, "Random labels, seed 0", "random-labels-seed-0.onnx"],
    ]);
    for (const { id, safetensors, parametersHash } of saved.models) {
      const { metadata } = readSafetensors(readFileSync(join(first, safetensors)));
      expect(metadata).toMatchObject({ trial: id, parametersHash });
    }
  });

  test("changes nothing of the result, and gives the same bytes without a lab", async () => {
    const second = join(folder, "second");
    const { result: alone } = await save({ saveModels: second });
    expect(withoutTimes(alone)).toEqual(withoutTimes(await runRandomizationTest(asked)));
    expect(withoutTimes(alone)).toEqual(withoutTimes(result));
    for (const file of PAIR)
      expect(readFileSync(join(second, file))).toEqual(readFileSync(join(first, file)));
  });

  test("takes those that the lab keeps, and says which are gone", async () => {
    const here = await save({ lab, saveModels: first });
    expect(here.saved).toEqual(saved);
    const kept = join(folder, "kept");
    expect((await save({ lab, saveModels: kept })).saved.missing).toEqual([]);
    for (const file of PAIR) expect(readFileSync(join(kept, file))).toEqual(readFileSync(join(first, file)));
    const [networks, away] = [join(lab.lab, "networks"), join(lab.lab, "away")];
    renameSync(networks, away);
    const empty = await save({ lab, saveModels: join(folder, "empty") });
    expect(empty.saved.models).toEqual([]);
    expect(empty.saved.missing.map(({ name, reason }) => [name, reason])).toEqual([
      ["True labels, seed 0", "not kept"],
      ["Random labels, seed 0", "not kept"],
    ]);
    expect(filesOf(join(folder, "empty"))).toEqual([]);
    renameSync(away, networks);
  });

  test("says why the network of a trial that diverged is not there", async () => {
    const { saved: none, result: diverged } = await save({
      saveModels: join(folder, "diverged"),
      model: "mlp-1x512",
      corrupt: [0],
      recipe: { ...asked.recipe, learningRate: 1e30 },
    });
    expect(diverged.trials[0]!.status).toBe("diverged");
    expect(none.missing).toMatchObject([{ name: "True labels, seed 0", reason: "diverged" }]);
  });

  test("keeps apart networks of other trials of the same kind", async () => {
    const both = join(folder, "both");
    await save({ saveModels: both, corrupt: [0] });
    const { saved: others } = await save({
      saveModels: both,
      corrupt: [0],
      recipe: { epochs: 1, batch: 16 },
    });
    const [{ id, onnx }] = others.models as [SavedModels["models"][number]];
    expect(onnx).toBe(`true-labels-seed-0-${id.slice(0, 8)}.onnx`);
    expect(JSON.parse(readFileSync(join(both, "index.json"), "utf8")).models).toHaveLength(2);
    expect(filesOf(both)).toHaveLength(5);
  });

  test("refuses a folder with a list of something else, before any training", async () => {
    const taken = join(folder, "taken");
    mkdirSync(taken);
    for (const text of ['{"schema": "other", "models": []}', "no JSON"]) {
      writeFileSync(join(taken, "index.json"), text);
      await expect(save({ saveModels: taken })).rejects.toThrow(
        /index\.json: expected a list of trained networks.*; choose another folder$/,
      );
    }
  });
});

describe("a lab", () => {
  test("keeps the newest networks that its limit holds, and none that is larger", async () => {
    const place = join(folder, "limited");
    mkdirSync(join(place, "networks"), { recursive: true });
    [40, 70, 30, 20].forEach((size, age) => {
      const path = join(place, "networks", `${age}.safetensors`);
      writeFileSync(path, new Uint8Array(size));
      utimesSync(path, 1e9 - age, 1e9 - age);
    });
    await openNetworks(place, "60").trim();
    expect(filesOf(join(place, "networks"))).toEqual(["0.safetensors", "3.safetensors"]);
    await openNetworks(place, "0").trim();
    expect(filesOf(join(place, "networks"))).toEqual([]);
    expect(() => openNetworks(place, "much")).toThrow(/^\$SHATTER_NETWORKS: expected the bytes/);
  });
});

describe("exportModel", () => {
  const [truth, noise] = saved.models as [SavedModels["models"][number], SavedModels["models"][number]];

  test("writes the network that the lab keeps, or trains a trial again, to the same bytes", async () => {
    const out = join(folder, "exported");
    const kept = join(lab.lab, "networks");
    expect(filesOf(kept)).toEqual([`${noise.id}.safetensors`, `${truth.id}.safetensors`].sort());
    rmSync(join(kept, `${noise.id}.safetensors`));
    for (const { id, onnx, safetensors } of [truth, noise]) {
      const trained: string[] = [];
      const onEvent = ({ type }: RunEvent) => void (type === "ended" && trained.push(id));
      const model = await exportModel({ ...lab, trial: id.slice(0, 10), out, onEvent });
      expect(trained).toEqual(id === noise.id ? [noise.id] : []);
      expect(model).toMatchObject({ id, onnx });
      for (const file of [onnx, safetensors])
        expect(readFileSync(join(out, file))).toEqual(readFileSync(join(first, file)));
    }
    expect(filesOf(out)).toEqual(["index.json", ...PAIR]);
  });

  test("finds the model file that the lab keeps", async () => {
    const model = join(folder, "mine.onnx");
    copyFileSync(join(MODELS, "resnet18.onnx"), model);
    const own = { lab: join(folder, "own-lab") };
    const { result: ended } = await save({
      model,
      data: "shapes",
      corrupt: [0],
      recipe: { ...asked.recipe, preprocess: "standardize", lastBatch: "drop" },
      lab: own,
      saveModels: join(folder, "own-first"),
    });
    rmSync(model);
    const { onnx } = await exportModel({ ...own, trial: ended.trials[0]!.id, out: join(folder, "own") });
    expect(readFileSync(join(folder, "own", onnx))).toEqual(readFileSync(join(folder, "own-first", onnx)));
  });

  /** Have the lab say that a trial has other parameters. */
  async function changeHash(id: string, parametersHash: string): Promise<void> {
    await using open = await openLab(lab);
    const { tables } = open.database;
    const row = await tables
      .selectFrom("results")
      .select("document")
      .where("trial_id", "=", id)
      .executeTakeFirstOrThrow();
    const document = row.document as { readonly result: object };
    await tables
      .updateTable("results")
      .set({ document: JSON.stringify({ ...document, result: { ...document.result, parametersHash } }) })
      .where("trial_id", "=", id)
      .execute();
  }

  test("writes nothing where its parameters are others than the lab's", async () => {
    await changeHash(truth.id, "0".repeat(64));
    const out = join(folder, "changed");
    await expect(exportModel({ ...lab, trial: truth.id, out })).rejects.toThrow(
      new RegExp(
        `^trial ${truth.id}: expected parameters of hash 0{64}, as the lab has, got ${truth.parametersHash}, so nothing is written`,
      ),
    );
    expect(filesOf(out)).toEqual([]);
  });

  test("names what it cannot find", async () => {
    const out = join(folder, "nothing");
    await expect(exportModel({ ...lab, trial: "true", out })).rejects.toThrow(
      'trial "true": expected the id of a trial, or its first digits',
    );
    await expect(exportModel({ ...lab, trial: "0".repeat(16), out })).rejects.toThrow("got none");
    await expect(exportModel({ lab: join(folder, "no-lab"), trial: "0", out })).rejects.toThrow(
      "expected a lab, got a folder without one",
    );
  });
});
