/**
 * @file What the dashboard's page and its server say to each other: the answers of every route, as types.
 *
 * Times are ISO 8601 in UTC. Accuracies are in `[0, 1]`, losses in nats. Lists are bounded by the server. A parameter
 * that is not listed here, or not as it should be, is refused with 400.
 *
 * | route | answer |
 * | --- | --- |
 * | `GET /api/lab` | {@link LabAnswer} |
 * | `GET /api/status` | {@link LabStatus}, for `shatter status` |
 * | `GET /api/experiments` | {@link ExperimentItem}`[]`, the newest first |
 * | `GET /api/experiments/:id` | {@link ExperimentAnswer} |
 * | `GET /api/experiments/:id/document` | `shatter/experiment@1`, made of what is done; its `ETag` is the version in quotes |
 * | `GET /api/experiments/:id/files/:name` | a file of the report, as a download: `table-1.csv`, `figure-1b-accuracy.svg`, `.png`, ... |
 * | `GET /api/trials?...` | {@link TrialsAnswer}; parameters: {@link TrialFilter}; `format=csv`: all of them as CSV |
 * | `GET /api/trials/:id` | {@link TrialAnswer} |
 * | `GET /api/trials/:id/epochs` | {@link EpochPoint}`[]`; `?format=csv` as CSV |
 * | `GET /api/trials/:id/result` | `shatter/trial-result@1` |
 * | `GET /api/trials/:id/examples?epoch=1&count=64` | PNG: training examples as the network sees them |
 * | `GET /api/trials/:id/misfit?count=64` | {@link MisfitAnswer}: examples that are still misfit, or were fitted last |
 * | `GET /api/compare?by=model,corrupt&metric=testAccuracy&...` | {@link CompareAnswer}; with {@link TrialFilter}; `points=400`: most points of a curve, 0 for all; `format=csv`: all as CSV |
 * | `GET /api/data` | {@link DataItem}`[]` |
 * | `GET /api/data/:name/grid?inputs=shuffled&corrupt=0.5&seed=0&count=40` | {@link GridAnswer} |
 * | `GET /api/trials/:id/network/onnx`, `/safetensors` | the network of a trial, where the lab keeps it |
 * | `GET /api/theories` | {@link TheoryItem}`[]`, the newest first |
 * | `GET /api/theories/:id`, `/files/:name` | {@link TheoryAnswer}; a file of its report, as a download |
 * | `GET /api/workers` | {@link WorkerItem}`[]` |
 * | `GET /api/catalog` | {@link CatalogAnswer}: what can be started |
 * | `GET /api/live` | server-sent events: {@link LiveEvent} |
 * | `POST /api/models` | body the bytes of an ONNX file, `application/octet-stream`; {@link ModelAnswer} |
 * | `POST /api/experiments` | body {@link StartRequest}; {@link StartAnswer} |
 * | `POST /api/experiments/:id/cancel`, `/retry`; `POST /api/trials/:id/cancel`, `/retry` | {@link ActionAnswer} |
 *
 * An error is {@link ErrorAnswer} with status 400 (malformed), 401 (no token), 403 (a foreign page), 404, 405, 408,
 * 409 (the lab or its data are not as they must be), 413, 415, 422 (understood, but not possible), 429 or 503. A `POST`
 * with a body says `Content-Type: application/json`, unless told.
 */

import type { Started, StartOptions } from "../lab/lab.ts";
import type { ExperimentResult } from "../paper/experiment-result.ts";
import type { ConformanceLine, TrialResult } from "../run/trial-record.ts";
import type { ExperimentLine } from "../store/read/experiments.ts";
import type { Try } from "../store/read/trial.ts";
import type { TrialLine } from "../store/read/trials.ts";
import type { WorkerLine } from "../store/read/workers.ts";
import type { TrialStatus } from "../store/states.ts";
import type { TheoryResult } from "../theory/theory-result.ts";
import type { TrialSpec } from "../train/spec.ts";

/** What went wrong, as a sentence with what was expected, what came, and what to do. */
export interface ErrorAnswer {
  readonly error: string;
}

/** The lab this server shows. */
export interface LabAnswer {
  readonly version: string;
  /** Where the lab is, in words without secrets: `lab shatter-lab`, `database localhost:5432/shatter`. */
  readonly where: string;
  /** Whether trials are run by this process too. */
  readonly isWorking: boolean;
  /** Whether other processes can work for it: one in a folder belongs to the process that has it open. */
  readonly isShared: boolean;
  readonly experiments: number;
  readonly trials: TrialCounts;
  readonly workers: number;
}

/** Number of trials by state. */
export type TrialCounts = Readonly<Record<TrialStatus, number>>;

/** An experiment in a list. */
export type ExperimentItem = Omit<ExperimentLine, "version">;

/** A trial in a list. */
export type TrialItem = TrialLine;

/** Files of a report that can be downloaded, with what each is. */
export type ReportFileItems = readonly { readonly name: string; readonly title: string }[];

/** A result of `shatter theory`, or of `shatter lr`. */
export interface TheoryItem {
  /** The name of its folder. */
  readonly id: string;
  readonly name: string;
  readonly title: string;
  /** Where it is in the paper. */
  readonly source: string;
  /** What it was computed on, where it says so. */
  readonly data: string | null;
  /** What came out, in one sentence; null if it did not come so far. */
  readonly finding: string | null;
  readonly startedAt: string;
  readonly seconds: number;
  readonly isInterrupted: boolean;
}

export interface TheoryAnswer {
  readonly document: TheoryResult;
  readonly files: ReportFileItems;
}

export interface ExperimentAnswer extends ExperimentItem {
  /** What it asks, in one sentence. */
  readonly question: string | null;
  /** Its running trials, and the latest to end. */
  readonly running: readonly TrialItem[];
  readonly recent: readonly TrialItem[];
  /** What all its trials differ in; values of those two lists. */
  readonly differing: Differing;
  readonly files: ReportFileItems;
  /** Changes whenever the document does. */
  readonly documentVersion: string;
}

/** Which trials a list shows. Several values of one field are separated by commas: any of them. */
export interface TrialFilter {
  readonly experiment?: string;
  readonly state?: string;
  readonly model?: string;
  readonly dataset?: string;
  readonly inputs?: string;
  readonly corrupt?: string;
  readonly seed?: string;
  /** Ids, at most 100. */
  readonly ids?: string;
  /** Part of an id or of an error's text. */
  readonly text?: string;
  /** A field of {@link TrialItem}, with `-` before it for descending order; `-updatedAt` unless told. */
  readonly sort?: string;
  readonly offset?: string;
  /** 100 unless told, 1,000 at most. */
  readonly limit?: string;
}

/** Fields in which some trials differ, beside those of {@link TrialItem}: `dataset.train`, `recipe.learningRate`, ... */
export interface Differing {
  readonly fields: readonly string[];
  /** Their values by the trial's id, in that order. */
  readonly values: Readonly<Record<string, readonly string[]>>;
}

export interface TrialsAnswer {
  /** How many there are, beyond those listed. */
  readonly total: number;
  readonly trials: readonly TrialItem[];
  /** What those listed differ in. */
  readonly differing: Differing;
  /** What the filters can be set to, within the experiment: distinct values, sorted. */
  readonly values: {
    readonly model: readonly string[];
    readonly dataset: readonly string[];
    readonly inputs: readonly string[];
    readonly corrupt: readonly number[];
    readonly seed: readonly number[];
  };
}

export interface EpochPoint {
  readonly epoch: number;
  readonly trainLoss: number | null;
  readonly fitLoss: number | null;
  readonly trainAccuracy: number | null;
  readonly testAccuracy: number | null;
}

export interface TrialAnswer extends TrialItem {
  readonly spec: TrialSpec;
  /** Once done. */
  readonly result: Omit<TrialResult, "history" | "confusion"> | null;
  readonly confusion: TrialResult["confusion"] | null;
  readonly provenance: ExperimentResult["provenance"] | null;
  readonly conformance: readonly ConformanceLine[];
  readonly touched: string | null;
  readonly experiments: readonly { readonly id: string; readonly title: string }[];
  readonly tries: readonly Try[];
  readonly checkpoints: readonly {
    readonly attempt: number;
    readonly epochs: number;
    readonly step: number;
    readonly size: number;
    readonly hash: string;
    readonly createdAt: string;
  }[];
  readonly network: {
    /** Those of its network's file; null where the lab does not keep it. */
    readonly bytes: number | null;
    /** What the networks of all trials may take, in bytes; 0 where the lab keeps none. */
    readonly mostBytes: number;
  };
  readonly events: readonly {
    readonly at: string;
    readonly attempt: number;
    readonly type: string;
    /** As a sentence. */
    readonly text: string;
  }[];
}

/** An example and what the network says of it. */
export interface MisfitExample {
  readonly index: number;
  /** As a `data:` URL. */
  readonly image: string;
  readonly label: string;
  readonly trueLabel: string;
  readonly answer: string;
  /** From which epoch on the answer is the label, to the end; null if it is not. */
  readonly since: number | null;
}

/** Examples whose label the network does not answer (yet); once a trial has ended, what it fitted last as well. */
export interface MisfitAnswer {
  /** Epochs that the network had trained when it was asked; null if there is nothing to ask. */
  readonly epoch: number | null;
  /** Why there are none to show, as a sentence; null if there are. */
  readonly reason: string | null;
  /** Training examples that were asked, in their order from the first, of all there are. */
  readonly asked: number;
  readonly of: number;
  /** How many of those asked are misfit. */
  readonly total: number;
  /** Of training. */
  readonly examples: readonly MisfitExample[];
  /** Test examples that are missed, the surest mistakes first; null before the end. */
  readonly test: { readonly total: number; readonly examples: readonly MisfitExample[] } | null;
}

/** Curves over epochs, one a group: grouped by anything except the seed unless told. */
export interface CompareAnswer {
  readonly metric: "trainLoss" | "fitLoss" | "trainAccuracy" | "testAccuracy";
  /** Fields grouped by: those asked for, or all but the seed in which these trials differ. */
  readonly by: readonly string[];
  /** All fields in which these trials differ, and so can be grouped by: `model`, `recipe.learningRate`, `seed`, ... */
  readonly fields: readonly string[];
  /** Trials of the filter, and groups they fall into; `groups` may be the first of them only. */
  readonly trials: number;
  readonly total: number;
  readonly groups: readonly {
    /** Values of the fields grouped by, in words. */
    readonly title: string;
    readonly fields: Readonly<Record<string, string>>;
    readonly trials: readonly string[];
    /** Mean over seeds and its 95 % interval (Student's t); no interval for fewer than three. */
    readonly points: readonly {
      readonly epoch: number;
      readonly mean: number;
      readonly low: number | null;
      readonly high: number | null;
      readonly n: number;
    }[];
  }[];
}

export interface DataItem {
  readonly name: string;
  readonly title: string;
  /** Whether its files are here; if not, how to get them. */
  readonly isHere: boolean;
  readonly hint: string | null;
  readonly train: number | null;
  readonly test: number | null;
  readonly classNames: readonly string[];
}

/** The same examples under a randomization. */
export interface GridAnswer {
  readonly examples: readonly {
    readonly index: number;
    /** As a `data:` URL of a PNG. */
    readonly image: string;
    readonly label: string;
    readonly trueLabel: string;
  }[];
  /** What was touched, as a sentence. */
  readonly touched: string;
}

/** A worker in a list. */
export type WorkerItem = WorkerLine;

export interface CatalogAnswer {
  readonly experiments: readonly {
    readonly name: string;
    readonly title: string;
    readonly question: string | null;
    readonly source: string | null;
    readonly models: readonly string[];
    /** Whether it can be run with any model, such as one of a file. */
    readonly anyModel: boolean;
  }[];
  /** The quickest first, as the models of an experiment are. */
  readonly scales: readonly string[];
}

/** A model file that was given: kept by the lab, if it can be trained. */
export interface ModelAnswer {
  /** By which it is named when an experiment is started. */
  readonly identity: string;
  readonly isTrainable: boolean;
  /** Shape of one example that it was checked with. */
  readonly example: readonly number[];
  /** What its check found, a sentence each. */
  readonly findings: readonly string[];
}

/** An experiment of the paper to start, or a text of one, called `name`, as `grid`. */
export type StartRequest = Omit<StartOptions, "scale"> & { readonly scale: string };

export type StartAnswer = Started;

export interface ActionAnswer {
  /** How many trials it reached. */
  readonly trials: number;
}

/**
 * What happens, at most twice a second, each as the `data` of an unnamed event. What happened before is not told: open
 * it before reading lists, and read them again when it was lost and found.
 */
export type LiveEvent =
  /** Trials that changed since the last one. `more`: others did too, so lists are to be read anew. */
  | { readonly type: "trials"; readonly trials: readonly TrialItem[]; readonly more: boolean }
  /** Experiments whose counts or documents changed. */
  | {
      readonly type: "experiments";
      readonly experiments: readonly ExperimentItem[];
      readonly documents: Readonly<Record<string, string>>;
    }
  | { readonly type: "workers"; readonly workers: readonly WorkerItem[] }
  /** The server is there, but cannot read the lab, as a sentence; it goes on trying. */
  | { readonly type: "trouble"; readonly error: string }
  /** Nothing happened, and the server is there: said first, and after 10 seconds of silence. */
  | { readonly type: "alive" };
