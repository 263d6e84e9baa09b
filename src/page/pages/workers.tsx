/**
 * @file The workers of the lab: who they are, whether they are heard, and what they train.
 */

import type { JSX } from "preact";
import { useEffect, useReducer } from "preact/hooks";
import { formatCount, formatDuration, formatNoun } from "../../report/format.ts";
import { shortIdentity } from "../../run/contents.ts";
import type { LabAnswer, WorkerItem } from "../../web/api.ts";
import { Await, Empty } from "../parts/await.tsx";
import { Facts } from "../parts/facts.tsx";
import { HowToWork } from "../parts/no-worker.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { TrialBar } from "../parts/state.tsx";
import { patchWorkers } from "../patches.ts";
import { useResource } from "../resource.ts";
import { nameTask, showEpochs, showTime } from "../words.ts";

/** Seconds of silence after which a worker is said to be silent: several of its heartbeats. */
const SILENT = 60;

/** When the page learned what it knows of a worker: its silence goes on since. */
const learned = new WeakMap<WorkerItem, number>();

/** Milliseconds after which silences are counted anew. */
const TICK = 5_000;

/** Seconds since a worker was heard of. */
function silenceOf(worker: WorkerItem): number {
  const now = performance.now();
  const since = learned.get(worker) ?? now;
  learned.set(worker, since);
  return worker.silentSeconds + (now - since) / 1000;
}

/** The list of workers. */
export function WorkersPage(): JSX.Element {
  const workers = useResource<readonly WorkerItem[]>("/api/workers", patchWorkers);
  const lab = useResource<LabAnswer>("/api/lab");
  const [, tick] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    const timer = setInterval(() => tick(0), TICK);
    return () => clearInterval(timer);
  }, []);
  return (
    <>
      <PageHead
        title="Workers"
        under="Processes that take trials from this lab, on this machine and others."
      />
      <Await resource={workers} what="the workers">
        {(items) =>
          items.length === 0 ? (
            <Empty>
              No worker has come to this lab yet. <code>shatter run</code> works by itself.
              {lab.data && (
                <>
                  {" "}
                  For what is started from this page: <HowToWork lab={lab.data} />
                </>
              )}
            </Empty>
          ) : (
            <ul class="workers">
              {items.map((worker) => (
                <Worker key={worker.id} worker={worker} />
              ))}
            </ul>
          )
        }
      </Await>
    </>
  );
}

/** Whether a worker is there, in a word. */
function lifeOf({ endedAt }: WorkerItem, silence: number): readonly [word: string, tone: string] {
  if (endedAt !== null) return ["gone", "cancelled"];
  return silence > SILENT ? ["silent", "quarantined"] : ["alive", "running"];
}

function Worker({ worker }: { readonly worker: WorkerItem }): JSX.Element {
  const silence = silenceOf(worker);
  const [life, tone] = lifeOf(worker, silence);
  const { host, pid, machine, program, device, jobs, threads, running, done } = worker;
  return (
    <li>
      <h2>
        {host} <span class="soft">process {pid}</span> <span class={`state ${tone}`}>{life}</span>
      </h2>
      <Facts
        facts={[
          ["Machine", machine],
          ["Program", program],
          [
            "Device",
            `${device}, ${formatNoun(jobs, "trial")} at once, ${formatNoun(threads, "thread")} each`,
          ],
          ["Since", <time dateTime={worker.startedAt}>{showTime(worker.startedAt)}</time>],
          [
            worker.endedAt === null ? "Last heard of" : "Ended",
            worker.endedAt === null ? `${formatDuration(Math.round(silence))} ago` : showTime(worker.endedAt),
          ],
          ["Trials done", formatCount(done)],
        ]}
      />
      {running.length > 0 && (
        <ul class="running">
          {running.map((trial) => (
            <li key={trial.id}>
              <a href={`/trials/${trial.id}`}>
                {shortIdentity(trial.model)}{" "}
                <span class="soft">
                  · {nameTask(trial).toLowerCase()}, seed {trial.seed}
                </span>
              </a>
              <TrialBar trial={trial} />
              <p class="soft">epoch {showEpochs(trial)}</p>
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}
