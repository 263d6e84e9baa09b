/**
 * @file What is asked of a lab, and what it answers: where trials are wanted, run and remembered. It hides whether the
 * database is in this process or on a server, and who trains.
 */

import type { ExperimentResult } from "../paper/experiment-result.ts";
import type { Scale } from "../paper/scales.ts";
import type { EndedTrial, PlannedTrial, RunEvent } from "../run/record.ts";
import type { Reach } from "../store/reach.ts";
import type { TrialStatus } from "../store/states.ts";
import type { Device } from "../train/devices.ts";
import type { PlanOptions } from "./plan-experiment.ts";

/** How fast a dead worker is noticed. */
export interface QueueTiming {
  /** A job whose worker was not heard of for so long is given to another, in seconds; 10 at least. */
  readonly heartbeatSeconds: number;
  /** How often silent workers are looked for, in seconds. */
  readonly watchSeconds: number;
}

/** Where a lab is. */
export interface LabPlace {
  /** Its folder: of the database, unless there is a server, and of what is local to this machine. */
  readonly lab: string;
  /** `postgres://...`: the database is there and not in the folder. */
  readonly databaseUrl?: string | undefined;
  /** Folder of datasets on this machine. */
  readonly dataDir?: string | undefined;
  readonly timing?: QueueTiming | undefined;
  /** Told what went wrong without ending anything, as a sentence. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/** An experiment of the paper, as somebody asks for it. */
export interface StartOptions {
  readonly name: string;
  readonly scale: Scale;
  /** The experiment's models unless told; a model file that the lab keeps, by its identity. */
  readonly models?: readonly string[] | undefined;
  /** Number of repetitions; 1 unless told. */
  readonly seeds?: number | undefined;
  /** More is sooner; 0 unless told. */
  readonly priority?: number | undefined;
  /** A dataset by its name, and its training examples; the scale's unless told. */
  readonly data?: string | undefined;
  readonly n?: number | undefined;
  /**
   * The text of an experiment file, in place of an experiment of the paper, which `name` is then called where the file does
   * not say; it says scale, models, data and `n` itself.
   */
  readonly grid?: string | undefined;
}

/** An experiment that was planned. */
export interface Started {
  /** Its id in the lab: `table-1-paper`. */
  readonly id: string;
  /** Number of its trials, and of those the lab had already. */
  readonly trials: number;
  readonly done: number;
}

/** How the trials of an experiment are run, whatever it is. */
export interface RunOptions {
  /** Whether to train what is missing; true unless told. */
  readonly train?: boolean | undefined;
  /** More is sooner, among the experiments of the lab; 0 unless told. */
  readonly priority?: number | undefined;
  /** Trials at once; one a core unless told. */
  readonly jobs?: number | undefined;
  /** Threads of each trial; the cores shared among the jobs unless told. */
  readonly threads?: number | undefined;
  /** `cpu` unless told. */
  readonly device?: Device | undefined;
  /** Folder of datasets on this machine. */
  readonly dataDir?: string | undefined;
  /** Bytes of examples that each trial may hold; see `LoadOptions`. */
  readonly memory?: number | undefined;
  /** Least seconds from one checkpoint of a trial to the next: {@link CHECKPOINT_SECONDS} unless told. */
  readonly checkpointSeconds?: number | undefined;
  /** The command that asked, for the record. */
  readonly command?: string | undefined;
  readonly onEvent?: ((event: RunEvent) => void) | undefined;
  /** Told what went wrong without ending the run, as a sentence. */
  readonly onWarning?: ((message: string) => void) | undefined;
  /** Ends the run early; what is done is kept. */
  readonly signal?: AbortSignal | undefined;
}

/** What an experiment is asked, and the lab it is run in. */
export interface ExperimentOptions extends PlanOptions, RunOptions, LabPlace {
  readonly dataDir?: string | undefined;
  readonly memory?: number | undefined;
  readonly device?: Device | undefined;
  readonly onWarning?: ((message: string) => void) | undefined;
}

/** A trial that was carried to an end here. */
export interface Carried extends EndedTrial {
  readonly trial: PlannedTrial;
}

/** What a run of an experiment left. */
export interface ExperimentRun {
  readonly document: ExperimentResult;
  /** Trials that the lab had already. */
  readonly reused: number;
  /** Trials that were run now, with how they ended at last. */
  readonly ended: readonly Carried[];
}

/** What a worker is told, whichever lab it works for. */
export interface WorkRequest
  extends Pick<
    ExperimentOptions,
    "jobs" | "threads" | "device" | "dataDir" | "memory" | "command" | "onEvent" | "onWarning"
  > {
  /** Folder of checkpoints on this machine. */
  readonly checkpoints: string;
  /** Take the trials of this experiment only. */
  readonly experiment?: string | undefined;
  /** End when nothing is left to do. */
  readonly untilIdle: boolean;
  readonly signal: AbortSignal;
}

/** What a worker of a lab on a server is told. */
export interface WorkerRequest extends WorkRequest {
  readonly databaseUrl: string;
  /** Seconds without a heartbeat after which a worker is taken for dead, for all workers of the lab; the lab's unless told. */
  readonly lease?: number | undefined;
}

/** How an experiment stands. */
export interface ExperimentStatus {
  readonly id: string;
  readonly title: string;
  readonly priority: number;
  /** Number of its trials by state. */
  readonly states: Readonly<Record<TrialStatus, number>>;
  /** Seconds that its finished trials took. */
  readonly seconds: number;
}

/** How a lab stands. */
export interface LabStatus {
  readonly experiments: readonly ExperimentStatus[];
  /** Workers that have not said goodbye. */
  readonly workers: readonly {
    readonly id: string;
    readonly host: string;
    readonly pid: number;
    readonly device: string;
    /** Places, and those of them that are taken. */
    readonly jobs: number;
    readonly running: number;
    readonly silentSeconds: number;
  }[];
  /** Trials that run, failed lately, or were given up. */
  readonly trials: readonly {
    readonly id: string;
    readonly state: TrialStatus;
    readonly model: string;
    readonly inputs: string;
    readonly corrupt: number;
    readonly seed: number;
    readonly epoch: number;
    readonly epochs_allowed: number;
    readonly attempts: number;
    readonly error: string | null;
  }[];
}

/** A lab that is open. */
export interface Lab extends AsyncDisposable {
  /**
   * Plan an experiment and put its trials into the queue; whoever works takes them.
   *
   * @throws UsageError if the request is not possible, DataError if the data are missing.
   */
  start(options: StartOptions): Promise<Started>;
  /** Want trials no more; returns how many were waiting or running. */
  cancel(reach: Reach): Promise<number>;
  /** Want trials again that were cancelled or put into quarantine; returns how many. */
  retry(reach: Reach): Promise<number>;
  /**
   * The document of an experiment, made of the trials that are done by now.
   *
   * @throws UsageError if the lab has no experiment of that id.
   */
  document(experiment: string): Promise<ExperimentResult>;
}
