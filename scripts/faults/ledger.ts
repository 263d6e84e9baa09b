/**
 * @file The book of faults: what each one hit, what followed, and when its trials were as far again.
 */

import type { WorkerSays } from "./worker.ts";

/** A fault, as it goes into the record. */
export interface Fault {
  /** `PGlite` or `PostgreSQL`. */
  readonly lab: string;
  readonly kind: string;
  /** Seconds from the start of the run. */
  readonly at: number;
  readonly hit: string;
  /** What was seen of the trials it hit, and of the workers, in order. */
  readonly followed: readonly string[];
  /** Seconds until the last trial that it hit was farther than before; null if that was not seen. */
  readonly lost: number | null;
}

/** A fault whose consequences are not all known. */
interface OpenFault {
  readonly lab: string;
  readonly kind: string;
  readonly began: number;
  hit: string;
  readonly followed: string[];
  /** Epochs of the trials that were running, and are not as far again. */
  readonly behind: Map<string, number>;
  readonly started: Set<string>;
  last: number | null;
}

/** The book. */
export interface Ledger {
  /** Farthest epoch of a trial; 0 if it has none. */
  epochOf(trial: string): number;
  /** Note a fault that is about to hit some trials; what it hit is filled in when it is known. */
  open(lab: string, kind: string, trials: readonly string[]): (hit: string) => void;
  /** What a worker says. */
  hear(worker: string, message: WorkerSays): void;
  /** What somebody else saw. */
  note(text: string): void;
  /** Forget the trials of a lab that is done. */
  close(): void;
  readonly faults: () => readonly Fault[];
}

/** What warnings mean, by words in them. */
const MEANINGS: readonly (readonly [RegExp, string])[] = [
  [/has it open/, "start refused: another process has the lab"],
  [/expected a database to work with/, "start refused: the database does not answer"],
  [/^queue: /, "queue waited for the database"],
  [/cannot be used.*begins anew/, "damaged checkpoint refused, begun anew"],
  [/cannot be used/, "damaged checkpoint refused"],
  [/in the database: expected/, "damaged copy refused"],
  [/another worker has it now/, "write of a lost lease refused"],
  [/failed and is tried again/, "retried"],
  [/does not answer/, "waited for the database"],
  [/answers again/, "database back"],
  [/cannot be written/, "checkpoint not written, training went on"],
];

/** What a warning means; one that is not known is told, but for what is this machine's own. */
const meaningOf = (text: string): string =>
  MEANINGS.find(([words]) => words.test(text))?.[1] ??
  text.replaceAll(/(\/[\w.-]+){2,}/g, "<file>").replaceAll(/\d+\.\d+\.\d+\.\d+(:\d+)?/g, "<address>");

/** What was said before a fault may be heard a little later, in milliseconds. */
const HEARD_LATE_MS = 400;

/** Open a book. */
export function openLedger(began: number = performance.now()): Ledger {
  const all: OpenFault[] = [];
  const farthest = new Map<string, number>();
  let recent: OpenFault[] = [];
  const add = (fault: OpenFault, text: string): void => {
    if (!fault.followed.includes(text)) fault.followed.push(text);
  };
  const reach = (trial: string, epoch: number): void => {
    for (const fault of recent) {
      const mark = fault.behind.get(trial);
      if (mark === undefined || epoch <= mark) continue;
      if (performance.now() - fault.began < HEARD_LATE_MS && Number.isFinite(epoch)) {
        fault.behind.set(trial, epoch);
        continue;
      }
      fault.behind.delete(trial);
      fault.last = performance.now();
    }
    farthest.set(trial, Math.max(epoch, farthest.get(trial) ?? 0));
  };
  return {
    epochOf: (trial) => farthest.get(trial) ?? 0,
    open(lab, kind, trials) {
      const behind = new Map(trials.map((trial) => [trial, farthest.get(trial) ?? 0]));
      const fault: OpenFault = {
        lab,
        kind,
        behind,
        began: performance.now(),
        hit: "nothing",
        followed: [],
        started: new Set<string>(),
        last: null,
      };
      all.push(fault);
      recent = [...recent.filter((one) => one.behind.size > 0), fault];
      return (hit) => {
        fault.hit = hit;
      };
    },
    hear(_, message) {
      const newest = all.at(-1);
      if (message.type === "refused" && newest) add(newest, meaningOf(message.error));
      if (message.type === "warning" && newest) {
        const hit = recent.filter((fault) => message.trial !== undefined && fault.behind.has(message.trial));
        for (const fault of hit.length > 0 ? hit : [newest]) add(fault, meaningOf(message.text));
      }
      if (message.type === "resumed") {
        for (const fault of recent) {
          if (fault.behind.has(message.trial)) add(fault, `resumed from epoch ${message.epochs}`);
          fault.started.delete(message.trial);
        }
      }
      if (message.type === "started")
        for (const fault of recent) if (fault.behind.has(message.trial)) fault.started.add(message.trial);
      if (message.type === "epoch") {
        for (const fault of recent)
          if (fault.started.delete(message.trial) && message.epoch === 1) add(fault, "begun anew");
        reach(message.trial, message.epoch);
      }
      if (message.type === "ended") {
        if (message.status === "done") reach(message.trial, Number.POSITIVE_INFINITY);
        else
          for (const fault of recent)
            if (fault.behind.has(message.trial))
              add(fault, message.status === "stopped" ? "given back" : message.status);
      }
    },
    note(text) {
      const newest = all.at(-1);
      if (newest) add(newest, text);
    },
    close() {
      farthest.clear();
      recent = [];
    },
    faults: () =>
      all.map((fault) => ({
        lab: fault.lab,
        kind: fault.kind,
        hit: fault.hit,
        followed: fault.followed,
        at: round((fault.began - began) / 1000),
        lost: fault.behind.size > 0 || fault.last === null ? null : round((fault.last - fault.began) / 1000),
      })),
  };
}

const round = (seconds: number): number => Math.round(seconds * 10) / 10;
