/**
 * @file A randomization test as an experiment of a lab: what it is called there, and what its document shows.
 */

import { SHARE } from "../document/measurement.ts";
import type { Plot } from "../document/plot.ts";
import type { Provenance } from "../document/provenance.ts";
import { measured, number, plain, type Table, text } from "../document/table.ts";
import { tellFinding } from "../import/finding.ts";
import { isContent } from "../run/contents.ts";
import { kindOfTrial, nameEscalated } from "../run/kinds.ts";
import type { HistoryRow, TrialResult } from "../run/trial-record.ts";
import { hasEnded } from "../verdict/escalation.ts";
import { groupTrials } from "../verdict/summary.ts";
import { tellVerdict } from "../verdict/verdict.ts";
import { epochsCell, epochsColumn } from "./cells.ts";
import type { Course } from "./course.ts";
import { type Definition, experimentId } from "./definition.ts";
import type { Experiment } from "./experiment.ts";
import type { ExperimentResult } from "./experiment-result.ts";
import { course, measureReached, measureTrials } from "./measure.ts";
import { testResult } from "./randomization-test.ts";
import type { TestPlan } from "./test-plan.ts";

/** What a test is called. */
export const testExperiment = ({
  request,
  facts: { dataset, modelName: model = request.model, dataTitle = dataset.name },
}: TestPlan): Pick<Experiment, "name" | "title" | "source"> & { readonly question: string } => ({
  name: `test-${model}-${dataset.name}`,
  title: `${model} on ${dataTitle}: the randomization test`,
  question: "Does this recipe learn, or does it memorize?",
  source: null,
});

/** The id of a test in a lab; it does not depend on what a model or data given by their bytes are called, or what of them was looked at. */
export function testId(
  plan: TestPlan,
  { what: _, setting }: Pick<Definition, "what" | "setting">,
): Promise<string> {
  const { modelName, dataTitle: _title, near: _near, ...rest } = plan.facts;
  const { model } = plan.request;
  const isNameless = isContent(model);
  const facts = isNameless || modelName === undefined ? rest : { ...rest, modelName };
  // A module is its source, whatever its file is called.
  const pipeline = plan.pipeline && { ...plan.pipeline, module: { hash: plan.pipeline.module.hash } };
  const called = isNameless ? `content-${model.slice(7, 15)}` : (modelName ?? model);
  const experiment = { name: `test-${called}-${facts.dataset.name}`, source: null };
  return experimentId(experiment, {
    what: { test: { ...plan, facts, ...(pipeline && { pipeline }) } as TestPlan },
    setting,
  });
}

/** The document of a test that has come so far, as the lab shows it. */
export function testDocument(
  id: string,
  plan: TestPlan,
  state: Course,
  provenance: Provenance,
): ExperimentResult {
  const { verdict, trials } = testResult(plan, state, provenance);
  const experiment = testExperiment(plan);
  // The answers stand below the question, first of all; what was looked at besides comes last.
  const [capacity, learning, ...rest] = trials.length === 0 ? [] : tellVerdict(verdict);
  return {
    schema: "shatter/experiment@1",
    id,
    ...experiment,
    question: [experiment.question, capacity, learning].filter(Boolean).join(" "),
    scale: "custom",
    notes: [
      ...rest,
      ...(plan.facts.findings ?? []).map((finding) => `The model file, ${tellFinding(finding)}`),
    ],
    tables: [summaryTable(trials)],
    plots: [
      coursePlot(trials, "Training accuracy", "train", ({ trainAccuracy }) => trainAccuracy),
      coursePlot(trials, "Test accuracy", "test", ({ testAccuracy }) => testAccuracy),
    ],
    claims: [],
    trials: state.ended.map(({ spec, result }) => ({ spec, result })),
    provenance,
  };
}

function summaryTable(trials: readonly TrialResult[]): Table {
  return {
    name: "summary",
    title: "Every kind of trial",
    caption: "After the last epoch, means over seeds.",
    columns: [
      plain("kind", "Trained on"),
      measured("train", "Train accuracy", "share"),
      measured("test", "Test accuracy", "share"),
      measured("loss", "Train loss", "nats"),
      measured("toFit", "Epochs to fit", "epochs"),
      epochsColumn,
    ],
    rows: groupTrials(trials).map((group) => {
      const ended = group.filter(hasEnded);
      return {
        kind: text(nameEscalated(kindOfTrial(group[0]!))),
        train: number(measureTrials(ended, ({ trainAccuracy }) => trainAccuracy, { limits: SHARE })),
        test: number(measureTrials(ended, ({ testAccuracy }) => testAccuracy, { limits: SHARE })),
        loss: number(measureTrials(ended, ({ trainLoss }) => trainLoss)),
        toFit: number(measureReached(ended, ({ epochsToFit }) => epochsToFit)),
        epochs: epochsCell(ended),
      };
    }),
  };
}

/** A curve for each kind of trial, over its steps. */
function coursePlot(
  trials: readonly TrialResult[],
  label: string,
  split: string,
  read: (row: HistoryRow) => number | null,
): Plot {
  return {
    name: `${split}-accuracy`,
    title: label,
    caption: "Over the steps of training, means over seeds.",
    x: { label: "Steps", unit: "count", domain: null },
    y: { label, unit: "share", domain: [0, 1] },
    guides: [],
    series: groupTrials(trials).map((group) => ({
      title: nameEscalated(kindOfTrial(group[0]!)),
      points: course(group.filter(hasEnded), read, SHARE),
      paper: [],
    })),
  };
}
