import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { modelsInDocument } from "../../src/paper/document.ts";
import { modelsOf } from "../../src/paper/experiment.ts";
import { experimentResultSchema } from "../../src/paper/experiment-result.ts";
import { experiments, findExperiment } from "../../src/paper/index.ts";
import { recipeOf, weightDecayOf } from "../../src/paper/recipes.ts";
import { conditionAt, scales } from "../../src/paper/scales.ts";
import { recipeSchema } from "../../src/train/recipe.ts";
import { trialId, trialSpecSchema } from "../../src/train/spec.ts";
import { read, trialOf } from "./fixture.ts";

const FOLDER = new URL("../../src/paper/", import.meta.url);

/** Names of the files that are an experiment each: `table-1.ts`, `figure-1a.ts`. */
const files = readdirSync(FOLDER)
  .filter((name) => /^(table|figure)-\d+[a-z]?\.ts$/.test(name))
  .map((name) => name.replace(".ts", ""));

describe("the experiments", () => {
  test("have a file each, and a row in the index each", () => {
    expect([...files].sort()).toEqual(experiments.map(({ name }) => name).sort());
    expect(files).toEqual(
      expect.arrayContaining(["table-1", "table-4", "figure-1a", "figure-1b", "figure-1c", "figure-2b"]),
    );
  });

  test.each(
    experiments.filter(({ anyModel }) => anyModel),
  )("$name is about CIFAR-10, whatever model it is asked for or may have trials of", (experiment) => {
    const asked = modelsInDocument(experiment, ["inception-v3"]);
    const conditions = asked.flatMap((model) => experiment.conditions({ scale: "paper" }, model));
    expect(new Set(conditions.map(({ data }) => data.name))).toEqual(new Set(["cifar10"]));
    // Labs that were planned before a model came know nothing of its recipe.
    expect(modelsInDocument(experiment, [])).not.toContain("inception-v3");
  });

  test.each(experiments)("$name has conditions that can be trained, at every scale", ({
    models,
    conditions,
  }) => {
    for (const scale of scales) {
      for (const model of models) {
        const all = conditions({ scale }, model);
        expect(all.length).toBeGreaterThan(0);
        for (const { recipe, model: trained } of all) {
          expect(trained).toBe(model);
          expect(recipeSchema.parse(recipe)).toEqual(recipe);
        }
      }
    }
  });

  test.each(experiments)("$name makes a valid document of nothing, and says so", (experiment) => {
    const document = experimentResultSchema.parse(read(experiment, []));
    expect(document.trials).toEqual([]);
    expect(document.notes[0]).toBe(`Not measured: ${experiment.models.join(", ")}.`);
    expect(document.claims.length).toBeGreaterThan(0);
    for (const claim of document.claims) expect(claim.outcome).toBe("not tested");
  });

  test("have the paper's numbers of trials", () => {
    const count = (name: string): number => {
      const { models, conditions } = findExperiment(name);
      return models.flatMap((model) => conditions({ scale: "paper" }, model)).length;
    };
    const counts = ["table-1", "table-4", "figure-1a", "figure-1b", "figure-1c", "figure-2b"].map(count);
    expect(counts).toEqual([19, 6, 5, 33, 33, 2]);
  });

  test("share the trials that are the same training", () => {
    const keys = (name: string, model: string) =>
      findExperiment(name)
        .conditions({ scale: "paper" }, model)
        .map((condition) => JSON.stringify(condition));
    const shared = (a: string, b: string, model: string): number =>
      keys(a, model).filter((key) => keys(b, model).includes(key)).length;
    // The plain rows with true and with random labels are the ends of the figures' corruption.
    expect(shared("table-1", "figure-1b", "mlp-1x512")).toBe(2);
    expect(shared("table-1", "figure-1a", "inception")).toBe(2);
    expect(shared("table-1", "figure-2b", "inception-nobn")).toBe(1);
    expect(shared("figure-1b", "figure-1c", "alexnet")).toBe(11);
  });

  test("suggest the name that was meant", () => {
    expect(() => findExperiment("figure1b")).toThrow(
      'unknown experiment "figure1b"; did you mean "figure-1b"? (known: figure-1a, figure-1b, figure-1c, table-1, table-2, figure-2a, figure-2b, table-4)',
    );
  });

  test("refuse models they have no trials of, unless they take any", () => {
    expect(() => modelsOf(findExperiment("table-1"), ["mlp-3x51"])).toThrow(
      '`models`: table-1 has no trials of it: unknown model "mlp-3x51"; did you mean "mlp-3x512"? (known: inception, inception-nobn, alexnet, mlp-3x512, mlp-1x512)',
    );
    expect(modelsOf(findExperiment("figure-1a"), ["linear", "linear"])).toEqual(["linear"]);
  });
});

describe("the paper's recipe for a model", () => {
  test("is that of the trials in labs: another id would train them again", async () => {
    const { data: _, ...what } = conditionAt({ scale: "paper" }, "mlp-1x512", { corrupt: 0.3 });
    const dataset = { name: "cifar10", hash: "0".repeat(64), train: 50_000, test: 10_000 };
    const spec = trialSpecSchema.parse({ schema: "shatter/trial@1", dataset, ...what, seed: 0 });
    expect(await trialId(spec)).toBe("14247b45429bfc7d");
  });

  test("has Inception's learning rate and full batches, and the others' ", () => {
    expect(recipeOf("inception", 64)).toMatchObject({ learningRate: 0.1, lastBatch: "drop" });
    expect(recipeOf("inception-nobn", 64)).toMatchObject({ learningRate: 0.01, lastBatch: "drop" });
    expect(recipeOf("alexnet", 64)).toMatchObject({ learningRate: 0.01, lastBatch: "keep", weightDecay: 0 });
  });

  test("has the default weight decay of what a model came from", () => {
    expect(["inception", "inception-nobn", "alexnet", "mlp-1x512"].map(weightDecayOf)).toEqual([
      0.00004, 0.00004, 0.004, 0.0005,
    ]);
    expect(recipeOf("alexnet", 64, { weightDecay: true }).weightDecay).toBe(0.004);
  });

  test("is changed by what is asked for", () => {
    const setting = { scale: "paper", data: "shapes", n: 100, epochs: 5, evalEvery: 2, testN: 50 } as const;
    expect(conditionAt(setting, "mlp-1x512", { epochsTimes: 3 })).toMatchObject({
      data: { name: "shapes", n: 100 },
      recipe: { epochs: 15, evaluate: { every: 2, test: 50 } },
    });
  });
});

describe("a document", () => {
  const figure = findExperiment("figure-1c");
  const setting = { scale: "paper" } as const;
  const fitted = [{ epoch: 1, trainLoss: 0.01, fitLoss: 0.01, trainAccuracy: 1, testAccuracy: 0.5 }];

  test("has every trial of the lab that belongs to it, whoever was asked for now", async () => {
    const ours = await trialOf(conditionAt(setting, "mlp-1x512"), fitted);
    const other = await trialOf(conditionAt(setting, "linear"), fitted);
    const stranger = await trialOf(conditionAt(setting, "mlp-1x512", { weightDecay: true }), fitted);
    const document = read(figure, [ours, other, stranger], setting, ["alexnet"]);
    expect(document.trials.map(({ result }) => result.id)).toEqual([ours.result.id, other.result.id]);
    expect(document.plots[0]!.series.map(({ title }) => title)).toEqual([
      "inception",
      "alexnet",
      "mlp-1x512",
      "linear",
    ]);
    expect(document.notes[0]).toBe(
      "Not measured: inception, alexnet, 10 of 11 conditions of mlp-1x512, 10 of 11 conditions of linear.",
    );
  });

  test("takes a training that was measured more rarely, and prefers the rate asked for", async () => {
    const rare = await trialOf(conditionAt({ ...setting, evalEvery: 5 }, "mlp-1x512"), fitted);
    const exact = await trialOf(conditionAt(setting, "mlp-1x512"), fitted);
    const idsWith = (...trials: (typeof rare)[]) =>
      read(figure, trials, setting).trials.map(({ result }) => result.id);
    expect(idsWith(rare)).toEqual([rare.result.id]);
    expect(idsWith(rare, exact)).toEqual([exact.result.id]);
  });

  test("leaves out what failed, except from its trials", async () => {
    const failed = await trialOf(conditionAt(setting, "mlp-1x512"), fitted, {
      status: "failed",
      error: "killed",
    });
    const document = read(figure, [failed], setting);
    expect(document.trials).toEqual([failed]);
    expect(document.notes[0]).toBe("Not measured: inception, alexnet, mlp-1x512.");
  });

  test("is custom where it is not the scale's size, and tests no claim on other data", async () => {
    const drawn = { scale: "paper", data: "shapes" } as const;
    const document = read(figure, [], drawn);
    expect(document.scale).toBe("custom");
    expect(document.claims[0]!.outcome).toBe("not tested");
    expect(document.claims[0]!.evidence).toMatch(/^On shapes, and not on the paper's CIFAR-10: /);
    expect(document.plots[0]!.series[0]!.paper).toEqual([]);
    expect(document.tables[0]!.rows[0]!["corrupted"]).toMatchObject({ measurement: { paper: null } });
    expect(read(figure, [], { scale: "small", evalEvery: 2 }).scale).toBe("small");
  });
});
