/**
 * @file The race: two workers in step, and all that they said, as one value that the page shows.
 */

import type { TrialResult } from "../run/trial-record.ts";
import type { EpochRow } from "../train/history.ts";
import type { TrialSpec } from "../train/spec.ts";
import type { Verdict } from "../verdict/schema.ts";
import type { Own } from "./own-data/own.ts";
import type { EngineFacts, Filters, FromWorker, Pictures, ToWorker } from "./protocol.ts";
import { type Side, trialOf } from "./recipe.ts";
import type { PlayState } from "./state.ts";

export const SIDES = ["left", "right"] as const satisfies readonly Side[];

/** One network, as far as it has come. */
export interface Lane {
  readonly status: "empty" | "loading" | "ready" | "training" | "ended" | "failed";
  /** The trial's id, where it is known. */
  readonly id?: string | undefined;
  readonly pictures?: Pictures | undefined;
  readonly rows: readonly EpochRow[];
  /** `[count]`: its answers to the training examples, and the last epoch in which each was wrong. */
  readonly predicted?: Int32Array | undefined;
  readonly lastWrong?: Int32Array | undefined;
  readonly filters?: Filters | undefined;
  readonly result?: TrialResult | undefined;
  readonly spec?: TrialSpec | undefined;
  readonly error?: string | undefined;
}

/** A point of Fig. 1b: what one race came to. */
export interface FitPoint {
  /** Percent of random labels. */
  readonly p: number;
  /** Epochs until everything was fitted; null if it was not within those allowed. */
  readonly epochs: number | null;
  readonly testAccuracy: number;
}

/** How fast epochs follow each other: the least time between two, in milliseconds. */
export const SPEEDS = { fast: 0, calm: 120, slow: 500 } as const;

/** The race as it stands. */
export interface Race {
  readonly left: Lane;
  readonly right: Lane;
  readonly isRunning: boolean;
  readonly speed: keyof typeof SPEEDS;
  readonly engine?: EngineFacts | undefined;
  readonly verdict?: Verdict | undefined;
  /** Points of all races that differ in p alone. */
  readonly points: readonly FitPoint[];
}

const EMPTY: Lane = { status: "empty", rows: [] };

/** Whether there is nothing more to come from a network. */
export const isOver = ({ status }: Lane): boolean => status === "ended" || status === "failed";

/** Epochs that both networks which still race have done. */
const commonEpoch = (lanes: readonly Lane[]): number =>
  Math.min(...lanes.filter((lane) => !isOver(lane)).map(({ rows }) => rows.length));

/** What races have in common whose points are of one curve. */
const curveOf = ({ p: _, tour: __, big: ___, ...recipe }: PlayState): string =>
  JSON.stringify({ ...recipe, inputs: "true" });

/** Runs races; tells whenever anything changes. */
export class Racing {
  #race: Race = { left: EMPTY, right: EMPTY, isRunning: false, speed: "fast", points: [] };
  #state: PlayState | undefined;
  #run = 0;
  #own: Own = {};
  readonly #workers: { left?: Worker; right?: Worker } = {};
  readonly #listeners = new Set<() => void>();
  readonly #points = new Map<string, readonly FitPoint[]>();
  readonly #files = new Map<Side, (files: { onnx: Uint8Array; safetensors: Uint8Array }) => void>();

  get race(): Race {
    return this.#race;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Begin anew with what is set; trains once it is allowed to. */
  prepare(state: PlayState): void {
    const run = ++this.#run;
    this.#state = state;
    const points = this.#points.get(curveOf(state)) ?? [];
    const lane: Lane = { ...EMPTY, status: "loading" };
    this.#change({ left: lane, right: lane, isRunning: false, verdict: undefined, points });
    for (const side of SIDES) this.#say(side, { type: "start", run, request: trialOf(state, side) });
  }

  /** Take data or a model of one's own, in place of those before, for races that are prepared from now on. */
  give(own: Own): void {
    this.#own = { ...this.#own, ...own };
    for (const worker of Object.values(this.#workers)) worker.postMessage({ type: "own", own: this.#own });
    // Points of one curve are of one set of data.
    this.#points.clear();
  }

  /** Train until told otherwise, or to the end. */
  run(): void {
    this.#change({ isRunning: true });
    this.#allow();
  }

  pause(): void {
    this.#change({ isRunning: false });
  }

  /** Train one epoch. */
  step(): void {
    this.#change({ isRunning: false });
    this.#allow();
  }

  setSpeed(speed: Race["speed"]): void {
    this.#change({ speed });
  }

  /** The trained network of a side as files, once it has ended. */
  files(side: Side): Promise<{ readonly onnx: Uint8Array; readonly safetensors: Uint8Array }> {
    return new Promise((resolve) => {
      this.#files.set(side, resolve);
      this.#say(side, { type: "files", run: this.#run });
    });
  }

  #change(change: Partial<Race>): void {
    this.#race = { ...this.#race, ...change };
    for (const listener of this.#listeners) listener();
  }

  #changeLane(side: Side, change: Partial<Lane>): void {
    this.#change({ [side]: { ...this.#race[side], ...change } });
  }

  #say(side: Side, message: ToWorker): void {
    this.#workers[side] ??= this.#open(side);
    this.#workers[side].postMessage(message);
  }

  #open(side: Side): Worker {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), {
      type: "module",
      name: `race-${side}`,
    });
    worker.postMessage({ type: "own", own: this.#own } satisfies ToWorker);
    worker.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => {
      if (data.run === this.#run) this.#hear(side, data);
    });
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      this.#fail(side, event.message || "the worker that trains could not be loaded, or ended");
    });
    return worker;
  }

  /** The next race gets another worker: what is wrong with this one, such as an engine that did not start, may stay. */
  #fail(side: Side, error: string): void {
    this.#workers[side]?.terminate();
    delete this.#workers[side];
    this.#changeLane(side, { status: "failed", error });
    this.#goOn();
  }

  #hear(side: Side, message: FromWorker): void {
    const lane = this.#race[side];
    switch (message.type) {
      case "prepared": {
        const { id, pictures } = message;
        this.#changeLane(side, { id, pictures, lastWrong: new Int32Array(pictures.given.length) });
        break;
      }
      case "opened":
        this.#change({ engine: message.engine });
        this.#changeLane(side, { status: "ready" });
        break;
      case "epoch": {
        const { row, predicted, filters } = message;
        const { given } = lane.pictures!;
        const lastWrong = lane.lastWrong!.map((last, at) => (predicted[at] === given[at] ? last : row.epoch));
        this.#changeLane(side, {
          status: "training",
          rows: [...lane.rows, row],
          predicted,
          lastWrong,
          filters,
        });
        this.#goOn();
        break;
      }
      case "ended":
        this.#changeLane(side, { status: "ended", result: message.result, spec: message.spec });
        this.#keepPoint(message.result);
        this.#goOn();
        break;
      case "judged":
        this.#change({ verdict: message.verdict });
        break;
      case "files":
        this.#files.get(side)?.(message);
        break;
      case "failed":
        this.#fail(side, message.error);
        break;
    }
  }

  /** What follows from what was heard: the next epoch once both have done this one, or the end. */
  #goOn(): void {
    const { left, right, isRunning, speed } = this.#race;
    if (isOver(left) && isOver(right)) {
      this.#change({ isRunning: false });
      if (left.result && right.result)
        this.#say("right", { type: "judge", run: this.#run, other: left.result });
    } else if (isRunning) {
      const wait = SPEEDS[speed];
      const run = this.#run;
      if (wait === 0) this.#allow();
      else setTimeout(() => run === this.#run && this.#race.isRunning && this.#allow(), wait);
    }
  }

  #allow(): void {
    const epoch = commonEpoch([this.#race.left, this.#race.right]) + 1;
    if (Number.isFinite(epoch)) for (const side of SIDES) this.#say(side, { type: "allow", epoch });
  }

  #keepPoint({ inputs, labels, epochsToFit, testAccuracy }: TrialResult): void {
    if (inputs !== "true" || testAccuracy === null) return;
    const p = Math.round(100 * labels.nominal);
    const key = curveOf(this.#state!);
    const others = (this.#points.get(key) ?? []).filter((point) => point.p !== p);
    const points = [...others, { p, epochs: epochsToFit, testAccuracy }].sort((a, b) => a.p - b.p);
    this.#points.set(key, points);
    this.#change({ points });
  }
}
