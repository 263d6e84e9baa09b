/**
 * @file Trials as a table of texts, and as records, for files.
 */

import { type Grid, plainGrid } from "../report/grid/grid.ts";
import { shortIdentity } from "../run/contents.ts";
import type { TrialItem, TrialsAnswer } from "../web/api.ts";
import { getJson } from "./fetch-json.ts";
import { type Download, gridFiles, textFile } from "./parts/downloads.tsx";
import { nameTask, showEpochs, showLoss, showScore, showSeconds } from "./words.ts";

/** A column of the list of trials. */
export interface TrialColumn {
  readonly title: string;
  /** Field of a trial that it is sorted by. */
  readonly sort: keyof TrialItem;
  readonly align: "left" | "right";
  readonly show: (trial: TrialItem) => string;
}

/** The columns after the first, which is the model. */
export const trialColumns: readonly TrialColumn[] = [
  { title: "Dataset", sort: "dataset", align: "left", show: ({ dataset }) => dataset },
  { title: "Trained on", sort: "corrupt", align: "left", show: nameTask },
  { title: "Seed", sort: "seed", align: "right", show: ({ seed }) => String(seed) },
  {
    title: "State",
    sort: "state",
    align: "left",
    show: ({ state, status }) => (status === "diverged" ? status : state),
  },
  { title: "Epoch", sort: "epoch", align: "right", show: showEpochs },
  { title: "Train loss", sort: "trainLoss", align: "right", show: ({ trainLoss }) => showLoss(trainLoss) },
  {
    title: "Train acc.",
    sort: "trainAccuracy",
    align: "right",
    show: (trial) => showScore(trial.trainAccuracy, trial),
  },
  {
    title: "Test acc.",
    sort: "testAccuracy",
    align: "right",
    show: (trial) => showScore(trial.testAccuracy, trial),
  },
  {
    title: "Epochs to fit",
    sort: "epochsToFit",
    align: "right",
    show: ({ epochsToFit }) => String(epochsToFit ?? "–"),
  },
  { title: "Time", sort: "seconds", align: "right", show: ({ seconds }) => showSeconds(seconds) },
];

/** What a phone shows of a trial before one scrolls sideways. */
const FIRST: readonly TrialColumn["sort"][] = ["state", "testAccuracy", "trainAccuracy"];

/** The same columns, for a narrow window: state and accuracies first. */
export const narrowColumns: readonly TrialColumn[] = [
  ...FIRST.map((field) => trialColumns.find(({ sort }) => sort === field)!),
  ...trialColumns.filter(({ sort }) => !FIRST.includes(sort)),
];

/** Trials that are asked for at once, which is as many as the server gives. */
const CHUNK = 1_000;

/** Every trial of a filter, however many. */
async function allTrials(filter: URLSearchParams): Promise<TrialItem[]> {
  const trials: TrialItem[] = [];
  for (;;) {
    const query = new URLSearchParams(filter);
    query.set("limit", String(CHUNK));
    query.set("offset", String(trials.length));
    const { trials: more } = await getJson<TrialsAnswer>(`/api/trials?${query}`);
    trials.push(...more);
    if (more.length < CHUNK) return trials;
  }
}

const gridOf = (trials: readonly TrialItem[]): Grid =>
  plainGrid(
    { name: "trials", title: "Trials", caption: "The trials of a lab, one a row." },
    [
      ["Trial", "left"],
      ["Model", "left"],
      ...trialColumns.map(({ title, align }) => [title, align] as const),
    ],
    trials.map((trial) => [
      trial.id,
      shortIdentity(trial.model),
      ...trialColumns.map(({ show }) => show(trial)),
    ]),
  );

/** The files of a list of trials: all that meet its filter, not only those on the page. */
export const trialFiles = (filter: URLSearchParams): Download[] => [
  { name: "trials.csv", from: `/api/trials?${new URLSearchParams([...filter, ["format", "csv"]])}` },
  {
    name: "trials.json",
    from: textFile(async () => JSON.stringify(await allTrials(filter), null, 2), "application/json"),
  },
  ...gridFiles("trials", async () => gridOf(await allTrials(filter))),
];
