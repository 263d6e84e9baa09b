/**
 * @file Trials as a table of texts, and as records, for files.
 */

import { type Grid, plainGrid } from "../report/grid/grid.ts";
import { shortIdentity } from "../run/contents.ts";
import type { Differing, TrialItem, TrialsAnswer } from "../web/api.ts";
import { getJson } from "./fetch-json.ts";
import { type Download, gridFiles, textFile } from "./parts/downloads.tsx";
import { nameField, nameTask, showEpochs, showLoss, showScore, showSeconds } from "./words.ts";

/** A column of the list of trials. */
export interface TrialColumn {
  readonly title: string;
  /** Field of a trial that it is sorted by; undefined where it cannot be. */
  readonly sort?: keyof TrialItem;
  readonly align: "left" | "right";
  readonly show: (trial: TrialItem) => string;
}

/** The columns after the first, which is the model. */
const trialColumns: readonly TrialColumn[] = [
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
const FIRST: readonly (keyof TrialItem)[] = ["state", "testAccuracy", "trainAccuracy"];

/** Fields that differ which have their place before what came out; where they are more, they are after it. */
const FEW = 3;

/**
 * The columns of a list: of what its trials differ in, too.
 *
 * @param isNarrow - Whether state and accuracies come first.
 */
export function columnsFor({ fields, values }: Differing, isNarrow: boolean): readonly TrialColumn[] {
  const more = fields.map((field, index): TrialColumn => {
    const show = ({ id }: TrialItem): string => values[id]?.[index] ?? "";
    const isNumber = Object.values(values).every(
      (own) => own[index] === "" || Number.isFinite(Number(own[index])),
    );
    const title = nameField(field).replace(/^./, (letter) => letter.toUpperCase());
    return { title, align: isNumber ? "right" : "left", show };
  });
  const place =
    fields.length <= FEW ? trialColumns.findIndex(({ sort }) => sort === "seed") : trialColumns.length;
  const all = [...trialColumns.slice(0, place), ...more, ...trialColumns.slice(place)];
  const isFirst = ({ sort }: TrialColumn): boolean => sort !== undefined && FIRST.includes(sort);
  return isNarrow
    ? [
        ...FIRST.map((field) => all.find(({ sort }) => sort === field)!),
        ...all.filter((column) => !isFirst(column)),
      ]
    : all;
}

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
