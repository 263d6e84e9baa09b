/**
 * @file What is asked of a lab as the dashboard asks it: an experiment of the paper on other data, or a grid of one's own.
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openLab } from "../../src/lab/open.ts";
import { emptyLab } from "../store/databases.ts";

const GRID = "data: shapes\nn: 40\ntestN: 20\nmodel: mlp-1x512\nseeds: 2\n";

test("an experiment takes other data and fewer examples, a grid says all itself, and files are refused", async () => {
  const folder = await mkdtemp(join(tmpdir(), "shatter-start-"));
  try {
    await emptyLab(folder);
    await using lab = await openLab({ lab: folder });
    const specsOf = async (id: string) =>
      await lab.database.tables
        .selectFrom("experiment_trials")
        .innerJoin("trials", "trials.id", "experiment_trials.trial_id")
        .select(["spec", "seed"])
        .where("experiment_id", "=", id)
        .orderBy("seed")
        .execute();
    const small = { name: "table-4", scale: "smoke", models: ["mlp-1x512"] } as const;
    const usual = await lab.start(small);
    const other = await lab.start({ ...small, data: "digits", n: 60 });
    expect(other.id).not.toBe(usual.id);
    const dataset = { name: "digits", train: 60 };
    for (const { spec } of await specsOf(other.id)) expect(spec).toMatchObject({ dataset });
    const grid = { name: "mine", scale: "paper", grid: GRID } as const;
    const { id } = await lab.start(grid);
    expect(await specsOf(id)).toMatchObject(
      [0, 1].map((seed) => ({ seed, spec: { dataset: { train: 40 } } })),
    );
    const foreign = lab.start({ ...grid, grid: GRID.replace("mlp-1x512", "./secret.onnx") });
    await expect(foreign).rejects.toThrow("names here, got ./secret.onnx, a file");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
