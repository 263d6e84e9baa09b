/**
 * @file Trains what a document describes again, and compares: trial by trial, whatever was kept of it.
 */

import { availableParallelism } from "node:os";
import { UsageError } from "../base/errors.ts";
import type { Provenance, RunProvenance } from "../document/provenance.ts";
import { type DescribedTrial, describedTrials } from "../paper/described-trials.ts";
import type { ExperimentResult } from "../paper/experiment-result.ts";
import type { ReplayedTrial, ReplayResult } from "../paper/replay-result.ts";
import type { TestResult } from "../paper/test-result.ts";
import { openLibrary } from "../run/node/library.ts";
import { openProcessPool } from "../run/node/pool.ts";
import { provenanceOf } from "../run/node/provenance.ts";
import { type RunEvent, recordTrial } from "../run/record.ts";
import type { TrialRunner } from "../run/runner.ts";
import { compareTrials, isEqual } from "../run/trial-difference.ts";
import { type Device, devices } from "../train/devices.ts";
import { hasEnded } from "../verdict/escalation.ts";
import { type FoundTrial, findTrials, type Places, requireThings } from "./find-trials.ts";
import type { RunOptions } from "./lab.ts";

/** What is replayed, and how. */
export interface ReplayOptions
  extends Pick<RunOptions, "jobs" | "threads" | "device" | "command" | "onEvent" | "signal">,
    Omit<Places, "madeBy"> {
  readonly document: TestResult | ExperimentResult;
  /** The same document as it was read: what it does not say is not compared. */
  readonly recorded: unknown;
  /** The first digits of one trial's id; all trials unless told. */
  readonly trial?: string | undefined;
}

/**
 * Train the trials of a document again, on as many threads and the same device unless told, and compare.
 *
 * @throws UsageError if the document has no such trial, or none that came to its end, or does not say all of a trial and
 *   no lab does.
 * @throws DataError if data or models are missing or not those of the document, EngineError if the device is not there:
 *   all before any training.
 */
export async function replay(options: ReplayOptions): Promise<ReplayResult> {
  const { document, signal, onEvent } = options;
  const began = performance.now();
  const chosen = choose(await describedTrials(document, options.recorded), options.trial);
  const ended = chosen.filter(({ result }) => hasEnded(result));
  if (ended.length === 0) {
    const [only] = chosen;
    throw new UsageError(
      chosen.length === 1
        ? `trial ${only!.result.id}: it was ${tellEarly(only!)}, so there is nothing to compare with`
        : "expected a document with a trial that came to its end, got none to compare with",
    );
  }
  await using place = await findTrials(ended, { ...options, madeBy: document.provenance });
  const { found, contents } = place;
  const device = options.device ?? deviceOf(document.provenance);
  await requireThings(openLibrary({ contents, keepsLast: true }), found);
  const threads = options.threads ?? Math.max(1, document.provenance.threads);
  const free = Math.max(1, Math.floor(availableParallelism() / threads));
  const jobs = options.jobs ?? Math.min(free, found.length);
  const provenance = provenanceOf(device, threads, jobs, options.command ?? null);
  await using runner = await openProcessPool({ jobs, device, threads, contents });
  onEvent?.({ type: "planned", trials: found.map(({ planned }) => planned) });
  const replayed = await Promise.all(
    found.map((one) => replayOne(one, { runner, provenance, onEvent, signal })),
  );
  const byId = new Map(replayed.map((one) => [one.id, one]));
  const trials = chosen.map((one) => byId.get(one.result.id) ?? notCompared(one, `it was ${tellEarly(one)}`));
  const count = (answer: ReplayedTrial["answer"]): number =>
    trials.filter((one) => one.answer === answer).length;
  return {
    schema: "shatter/replay@1",
    of: {
      schema: document.schema,
      title: titleOf(document),
      started: document.provenance.started,
    },
    trials,
    equal: count("equal"),
    different: count("different"),
    failed: count("failed"),
    notCompared: count("not compared"),
    provenance: {
      ...provenance,
      seconds: (performance.now() - began) / 1000,
      interrupted: signal?.aborted ?? false,
    },
  };
}

const titleOf = (document: TestResult | ExperimentResult): string =>
  document.schema === "shatter/test@1"
    ? `${document.model.name} on ${document.dataset.name}`
    : document.title;

const tellEarly = ({ result: { status, error } }: DescribedTrial): string =>
  error === undefined ? status : `${status}: ${error}`;

/** The device that a document was made on. */
const deviceOf = ({ device }: Provenance): Device => devices.find((one) => one === device) ?? "cpu";

/** The trials to be replayed: all, or the one whose id begins so. */
function choose(all: readonly DescribedTrial[], trial: string | undefined): readonly DescribedTrial[] {
  if (trial === undefined) return all;
  const found = all.filter(({ result }) => result.id.startsWith(trial));
  if (found.length === 1) return found;
  const ids = all.map(({ result }) => result.id).join(", ");
  const got = found.length === 0 ? "none" : `${found.length} of them`;
  throw new UsageError(`trial "${trial}": expected the first digits of one of ${ids}, got ${got}`);
}

/** What training a trial again needs. */
interface Context {
  readonly runner: TrialRunner;
  readonly provenance: RunProvenance;
  readonly onEvent: ((event: RunEvent) => void) | undefined;
  readonly signal: AbortSignal | undefined;
}

async function replayOne(
  one: FoundTrial,
  { runner, provenance, onEvent, signal }: Context,
): Promise<ReplayedTrial> {
  const { planned: trial, recorded, madeBy } = one;
  const record = recordTrial(trial);
  let now: RunProvenance = provenance;
  const failure = await runner.run(
    trial.spec,
    trial.source,
    (event) => {
      if (event.type === "started") now = { ...now, provider: event.provider, layout: event.layout };
      record.add(event);
      onEvent?.({ type: "trial", trial, event });
    },
    signal,
  );
  const { result } = record.end(failure);
  onEvent?.({ type: "ended", trial, result });
  if (!hasEnded(result)) {
    return { ...notCompared(one, result.error ?? "no reason given"), answer: "failed" };
  }
  const comparison = compareTrials(recorded, result);
  return {
    id: trial.id,
    name: one.name,
    answer: isEqual(comparison) ? "equal" : "different",
    comparison: { ...comparison, fields: [...comparison.fields] },
    changes: changesOf(madeBy, now),
  };
}

const notCompared = ({ result, name }: DescribedTrial, reason: string): ReplayedTrial => ({
  id: result.id,
  name,
  answer: "not compared",
  reason,
  comparison: null,
  changes: [],
});

/** What of a provenance may change the bytes that a spec leads to. */
const TELLING = [
  "version",
  "commit",
  "engine",
  "device",
  "provider",
  "layout",
  "threads",
  "node",
  "machine",
] as const;

/** What differs between two provenances, of what both say. */
const changesOf = (then: RunProvenance, now: RunProvenance): ReplayedTrial["changes"] =>
  TELLING.flatMap((field) => {
    const [before, after] = [then[field] ?? null, now[field] ?? null];
    return before === null || after === null || before === after
      ? []
      : [{ field, before: String(before), now: String(after) }];
  });
