/**
 * @file What every test says of a set of data: whole tests, trained for real.
 */

import { audit } from "../../src/audit/audit.ts";
import { nearAcross } from "../../src/audit/near/across.ts";
import { runPreparation } from "../../src/lab/pipeline.ts";
import { findModel } from "../../src/nn/models.ts";
import { runPlan } from "../../src/paper/randomization-test.ts";
import { planTest } from "../../src/paper/test-plan.ts";
import { provenanceOf } from "../../src/run/node/provenance.ts";
import { runHere, type TrialRunner } from "../../src/run/runner.ts";
import { readSplits } from "../../src/run/splits.ts";
import type { Engine } from "../../src/train/engine.ts";
import { paperRecipe } from "../../src/train/recipe.ts";
import type { Kind } from "./kinds.ts";

/** The tests that may see a leak, as columns of the table. */
export const tests = ["label check", "copies", "twin test", "pipeline check", "data audit"] as const;
export type TestName = (typeof tests)[number];

/** How often each raises a false alarm, as it is stated. */
export const levels: Readonly<Record<TestName, string>> = {
  "label check": "1 in 1,000",
  copies: "none: equal bytes",
  "twin test": "1 in 1,000",
  "pipeline check": "1 in 1,000",
  "data audit": "by section",
};

/** What was found in one set. */
export interface Found {
  readonly testAccuracy: number;
  readonly alarms: Readonly<Record<TestName, boolean | null>>;
  /** The sections of the audit that raised an alarm. */
  readonly sections: readonly string[];
  /** Those that found something worth knowing about leaks, and raised none. */
  readonly noted: readonly string[];
  readonly pValues: Readonly<Partial<Record<TestName, number | null>>>;
}

/** Sections of the audit whose notices are about leaks. */
const ABOUT_LEAKS = ["near", "columns", "rules"];

/** Permutations of the pipeline check, and seeds of the label check: as many as four classes need. */
const [PERMUTATIONS, SEEDS] = [9, 3];

/** Run all tests on one set of a kind. */
export async function examine(kind: Kind, seed: number, engine: Engine): Promise<Found> {
  const given = kind.splits(seed);
  const model = kind.model ?? "linear";
  const recipe = {
    ...paperRecipe,
    preprocess: "standardize",
    epochs: 60,
    batch: 32,
    learningRate: 0.05,
    evaluate: { every: 20, test: "all" },
  } as const;
  const asked = {
    inputs: ["true"],
    corrupt: [0, 1],
    seeds: SEEDS,
    firstSeed: 1000 * seed,
    escalations: 0,
    model,
    recipe,
  } as const;
  const prepared =
    kind.prepare === undefined
      ? undefined
      : await runPreparation(given, { ...asked, prepare: kind.prepare, permutations: PERMUTATIONS });
  const splits = prepared?.splits ?? given;
  const subject = { model: findModel(model), splits };
  const runner = runHere(engine, async (_, { name }) => {
    const content = prepared?.contents.find(({ identity }) => identity === name);
    return { ...subject, splits: content ? readSplits(content.bytes) : splits };
  });
  const faulty: TrialRunner = {
    ...runner,
    run: (spec, ...rest) =>
      runner.run(spec.corrupt === 1 ? { ...spec, corrupt: kind.redrawn ?? 1 } : spec, ...rest),
    [Symbol.asyncDispose]: async () => {},
  };
  const source = { name: kind.what };
  const near = await nearAcross(splits, async () => engine);
  const plan = await planTest(asked, source, subject, prepared?.plan, near);
  const provenance = provenanceOf("cpu", 1, 1, null);
  const { verdict, trials } = await runPlan(plan, { source, runner: faulty, provenance });
  const failed = trials.find(({ status }) => status === "failed");
  if (failed) throw new Error(`${kind.what}, seed ${seed}: ${failed.error}`);
  const { learning, leak, copies, twins, nearTwins, pipeline } = verdict;
  const { sections } = await audit({ splits, engine, seed });
  const namesOf = (wanted: string): string[] =>
    sections.filter(({ outcome }) => outcome === wanted).map(({ name }) => name);
  const alarming = namesOf("alarm");
  const noted = namesOf("notice").filter((name) => ABOUT_LEAKS.includes(name));
  return {
    testAccuracy: learning.testAccuracy!.mean,
    alarms: {
      "label check": leak.suspected,
      copies: copies!.test > 0,
      // There is nothing to test without a pair, equal or near.
      "twin test": oneOf(twins?.suspected, nearTwins?.check?.suspected),
      "pipeline check": pipeline?.suspected ?? null,
      "data audit": alarming.length > 0,
    },
    sections: alarming,
    noted,
    pValues: { "label check": leak.pValue, "pipeline check": pipeline?.pValue ?? null },
  };
}

/** Whether one of two tests raised its alarm; null where neither could be made. */
const oneOf = (...suspected: readonly (boolean | null | undefined)[]): boolean | null =>
  suspected.includes(true) || (suspected.includes(false) ? false : null);
