/**
 * A lab as files: what import takes, leaves and refuses, and what the files beside a damaged database save.
 */

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DataError } from "../../src/base/errors.ts";
import { importLab } from "../../src/lab/bundle.ts";
import { type LocalLab, openLab } from "../../src/lab/open.ts";
import { conditionAt } from "../../src/paper/scales.ts";
import type { StoredTrial } from "../../src/run/trial-result.ts";
import { trialId } from "../../src/train/spec.ts";
import { provenance, row, trialOf } from "../paper/fixture.ts";
import { emptyLab } from "../store/databases.ts";

const folder = mkdtempSync(join(tmpdir(), "shatter-bundle-"));
const at = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

const warnings: string[] = [];
const open = async (name: string): Promise<LocalLab> =>
  await openLab({
    lab: existsSync(at(name)) ? at(name) : await emptyLab(at(name)),
    onWarning: (message) => warnings.push(message),
  });

// biome-ignore lint/suspicious/noExplicitAny: documents that tests make wrong on purpose.
type Wrong = any;

const condition = conditionAt({ scale: "smoke" }, "mlp-1x512");
const trialAt = async (seed: number): Promise<StoredTrial> => {
  const known = await trialOf(condition, [row(1, 0.5, 0.8), row(2, 0.01, 1)], { seed });
  return structuredClone({ schema: "shatter/trial-result@1", ...known, provenance });
};

/** A trial that is not done, as a bundle has it. */
const openAt = async (seed: number, state = "waiting") => {
  const { spec } = await trialAt(seed);
  return { id: await trialId(spec), spec, source: { name: "shapes" }, escalation: 0, state, error: null };
};

/** Write an export of two trials that are done and two that are not, and change what it says. */
async function bundle(
  name: string,
  change: (lab: Wrong, trial: Wrong) => void | Promise<void> = () => {},
  seed = 0,
): Promise<string> {
  const [first, second] = [await trialAt(seed), await trialAt(seed + 1)];
  const waiting = [await openAt(seed + 2), await openAt(seed + 3, "quarantined")];
  const done = [first.result.id, second.result.id];
  const experiment = {
    id: "mine-custom-abc123",
    name: "mine",
    title: "Mine",
    scale: "custom",
    source: null,
    priority: 3,
    definition: { what: "ever" },
    trials: [...done, ...waiting.map(({ id }) => id)],
  };
  const lab = {
    schema: "shatter/lab@1",
    version: "0.1.0",
    exported: "",
    experiments: [experiment],
    done,
    open: waiting,
  };
  const path = at(name);
  const file = join(path, "trials", `${first.result.id}.json`);
  await change(lab, first);
  mkdirSync(join(path, "trials"), { recursive: true });
  writeFileSync(file, JSON.stringify(first));
  writeFileSync(join(path, "trials", `${second.result.id}.json`), JSON.stringify(second));
  writeFileSync(join(path, "lab.json"), JSON.stringify(lab));
  return path;
}

/** All that a lab has, but for times. */
async function contentOf({ database: { tables } }: LocalLab) {
  return {
    experiments: await tables
      .selectFrom("experiments")
      .select(["id", "title", "priority", "definition", "planned_at"])
      .orderBy("id")
      .execute(),
    places: await tables.selectFrom("experiment_trials").selectAll().orderBy("position").execute(),
    trials: await tables.selectFrom("trials").select(["id", "state", "error"]).orderBy("id").execute(),
    results: await tables.selectFrom("results").select(["trial_id", "hash"]).orderBy("trial_id").execute(),
    epochs: await tables.selectFrom("epochs").selectAll().orderBy("trial_id").orderBy("epoch").execute(),
  };
}

describe("an import", () => {
  let lab: LocalLab;
  beforeAll(async () => {
    lab = await open("lab");
    const moved = await importLab(lab, await bundle("first"), (message) => warnings.push(message));
    expect(moved).toEqual({ experiments: 1, done: 2, open: 2, checkpoints: 0 });
    expect(warnings).toEqual([]);
  });
  afterAll(() => lab[Symbol.asyncDispose]());

  test("leaves what is there as it is, and adds what is not", async () => {
    const before = await contentOf(lab);
    const added = await openAt(4);
    const from = await bundle("second", (other) => {
      Object.assign(other.experiments[0], { title: "Other", priority: -5, definition: {} });
      other.open[0].state = "cancelled";
      other.open[0].error = "no more";
      other.open.push(added);
      other.experiments[0].trials.unshift(added.id);
    });
    await importLab(lab, from, (message) => warnings.push(message));
    const after = await contentOf(lab);
    expect(after.experiments).toEqual(before.experiments);
    expect(after.results).toEqual(before.results);
    expect(after.places).toEqual([
      ...before.places,
      { experiment_id: "mine-custom-abc123", trial_id: added.id, position: 4 },
    ]);
    expect(after.trials.filter(({ id }) => id !== added.id)).toEqual(before.trials);
  });

  const again = async (trial: Wrong): Promise<void> => {
    trial.id = await trialId(trial.spec);
  };
  test.each<[string, (lab: Wrong, trial: Wrong) => void | Promise<void>, string]>([
    [
      "a seed that is no integer of a database",
      async ({ open }) => {
        open[0].spec.seed = 2 ** 40;
        await again(open[0]);
      },
      "lab.json: open.0.spec.seed: Too big: expected number to be <=2147483647",
    ],
    [
      "a model with the character of code 0",
      async ({ open }) => {
        open[0].spec.model = "a\0b";
        await again(open[0]);
      },
      "lab.json: open.0.spec.model: expected text without the character of code 0",
    ],
    [
      "an error with it",
      ({ open }) => void (open[1].error = "x\0"),
      "lab.json: open.1.error: expected text without the character of code 0",
    ],
    [
      "a definition with half a character",
      ({ experiments: [one] }) => void (one.definition = { text: "\ud800" }),
      "lab.json: experiments.0.definition.text: expected text without",
    ],
    [
      "a definition that is nested without end",
      ({ experiments: [one] }) => void (one.definition = JSON.parse(`${"[".repeat(500)}${"]".repeat(500)}`)),
      "expected at most 64 levels of nesting, got more",
    ],
    [
      "a trial twice in an experiment",
      ({ experiments: [one] }) => void one.trials.push(one.trials[2]),
      "lab.json: experiments.0.trials.4: expected",
    ],
    ["a trial twice", ({ open }) => void open.push(open[0]), "lab.json: open.2: expected"],
    [
      "a priority beyond all",
      ({ experiments: [one] }) => void (one.priority = 1e12),
      "experiments.0.priority",
    ],
    [
      "a result of more epochs than are counted",
      (_, { result }) => void (result.epochs = 2 ** 40),
      "result.epochs: expected at most",
    ],
    [
      "an epoch twice",
      (_, { result }) => void (result.history[1].epoch = 1),
      "result.history: expected each epoch once, in their order, got epoch 1 after 1",
    ],
    [
      "a result with the character of code 0",
      (_, trial) => void (trial.provenance.machine = "x\0"),
      "provenance.machine: expected text without the character of code 0",
    ],
    [
      "a result of another seed",
      (_, { result }) => void (result.seed = 9),
      "result.seed: expected 10, which its spec says, got 9",
    ],
    [
      "a result of other labels",
      (_, { result }) => void (result.labels.nominal = 1),
      "result.labels.nominal: expected 0, which its spec says, got 1",
    ],
    [
      "a result of other inputs",
      (_, { result }) => void (result.inputs = "gaussian"),
      "result.inputs: expected true, which its spec says, got gaussian",
    ],
    [
      "a result of more epochs than its spec allows",
      (_, { result }) => void (result.epochs = result.epochsAllowed + 1),
      "result.epochs: expected at most",
    ],
    [
      "a result that is none",
      (_, { result }) => void (result.status = "failed"),
      "result.status: expected done or diverged",
    ],
    [
      "a result of another spec than its name says",
      (_, { spec }) => void (spec.seed = 77),
      "expected the trial of its name, got trial",
    ],
  ])("is refused %s, says where, and takes nothing in", async (what, change, message) => {
    const before = await contentOf(lab);
    const from = await bundle(`refused ${what}`, change, 10);
    const names = readdirSync(join(from, "trials"));
    const refused = importLab(lab, from, () => {});
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toThrow(from);
    expect(await contentOf(lab)).toEqual(before);
    expect(readdirSync(join(from, "trials"))).toEqual(names);
  });

  test("is one transaction: what fails at its last statement takes nothing in", async () => {
    const before = await contentOf(lab);
    const { tables } = lab.database;
    await sql`alter table shatter.experiment_trials add constraint none check (position < 6)`.execute(tables);
    const refused = importLab(
      lab,
      await bundle("late", ({ experiments: [one] }) => void one.trials.push("f".repeat(16)), 20),
      () => {},
    );
    await expect(refused).rejects.toThrow(DataError);
    await sql`alter table shatter.experiment_trials drop constraint none`.execute(tables);
    expect(await contentOf(lab)).toEqual(before);
  });
});

test("a lab whose database is damaged comes back from the files beside it", async () => {
  const before = await (async () => {
    await using lab = await open("lab");
    return await contentOf(lab);
  })();
  for (const database of readdirSync(join(at("lab"), "database", "base"))) {
    truncateSync(join(at("lab"), "database", "base", database, "1249"), 8192);
  }
  await expect(open("lab")).rejects.toThrow(
    `are in files beside it, too: shatter import ${at("lab")} --lab <another folder> makes a lab of them`,
  );
  await using mended = await open("mended");
  await importLab(mended, at("lab"), (message) => warnings.push(message));
  const after = await contentOf(mended);
  const timeless = ({ experiments, ...rest }: typeof before) => ({
    ...rest,
    experiments: experiments.map(({ planned_at: _, ...one }) => one),
  });
  expect(timeless(after)).toEqual(timeless(before));
  expect(warnings).toEqual([]);
});
