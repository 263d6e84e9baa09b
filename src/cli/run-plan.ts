/**
 * @file What an experiment will cost, as a table: `shatter run --plan`.
 */

import { costOf, type ModelCost } from "../lab/cost.ts";
import type { ExperimentOptions } from "../lab/lab.ts";
import { openLab } from "../lab/open.ts";
import { planExperiment } from "../lab/plan-experiment.ts";
import { sharesOf } from "../lab/run.ts";
import { formatBytes, formatDuration, formatNoun } from "../report/format.ts";
import { listGrid } from "../report/grid/list-grid.ts";
import { terminalGrid } from "../report/grid/terminal.ts";
import { shortIdentity } from "../run/contents.ts";
import { shareContents } from "../run/node/contents.ts";
import { openLibrary } from "../run/node/library.ts";
import { openProcessPool } from "../run/node/pool.ts";
import { hasLab } from "../store/node/open.ts";
import { doneTrials } from "../store/results.ts";
import { type JsonPlace, tell } from "./json.ts";
import { wantsColor, widthOf } from "./output.ts";
import { asJson } from "./publish.ts";

/** Print what an experiment will cost, and train nothing but a few steps to time them. */
export async function printPlan(options: ExperimentOptions, json: JsonPlace): Promise<void> {
  const plan = await planExperiment(options);
  const done = await doneIn(options);
  const todo = plan.trials.filter(({ id }) => !done.has(id));
  const { jobs, threads } = sharesOf(options, todo.length);
  await using shared = await shareContents(plan.contents ?? []);
  const contents = shared.folder;
  const device = options.device ?? "cpu";
  await using runner = await openProcessPool({ jobs: 1, device, threads, contents });
  const costs = await costOf(openLibrary({ contents }), plan, todo, runner, options.signal);
  await tell(json, asJson({ jobs, threads, models: costs }), () => describe(costs, jobs, threads));
}

/** Ids of the trials that the lab has; a lab that is not there yet is not made for it. */
async function doneIn({ lab, databaseUrl, onWarning }: ExperimentOptions): Promise<ReadonlySet<string>> {
  if (databaseUrl === undefined && !(await hasLab(lab))) return new Set();
  await using open = await openLab({ lab, databaseUrl, onWarning });
  return await doneTrials(open.database.tables);
}

function describe(costs: readonly ModelCost[], jobs: number, threads: number): void {
  const left = ({ trials, done }: ModelCost): number => trials - done;
  const grid = listGrid(costs, [
    { title: "Model", unit: "text", read: ({ model }) => shortIdentity(model) },
    { title: "Trials", unit: "count", read: ({ trials }) => trials },
    { title: "Done", unit: "count", read: ({ done }) => done },
    { title: "To run", unit: "count", read: left },
    { title: "Steps", unit: "count", read: ({ steps }) => steps },
    { title: "Images a second", unit: "number", read: ({ imagesPerSecond }) => imagesPerSecond },
    {
      title: "Time of one trial",
      unit: "fraction",
      read: (cost) => (left(cost) === 0 ? null : formatDuration(cost.seconds / left(cost))),
    },
    {
      title: "Memory of one trial",
      unit: "fraction",
      read: ({ memory }) => (memory === 0 ? null : formatBytes(memory)),
    },
    { title: "Disk", unit: "fraction", read: ({ disk }) => (disk === 0 ? null : formatBytes(disk)) },
  ]);
  console.log(terminalGrid(grid, { color: wantsColor(process.stdout), width: widthOf(process.stdout) }));
  const trials = costs.reduce((total, cost) => total + left(cost), 0);
  if (trials === 0) {
    console.log("\nAll trials are done: running it only reads their results.");
    return;
  }
  const seconds = costs.reduce((total, cost) => total + cost.seconds, 0);
  const memory = jobs * Math.max(...costs.map((cost) => cost.memory));
  const disk = costs.reduce((total, cost) => total + cost.disk, 0);
  const shares = `${formatNoun(jobs, "trial")} at once with ${formatNoun(threads, "thread")} each`;
  console.log(
    `\nAt most ${formatDuration(seconds / jobs)} for ${formatNoun(trials, "trial")}, ${shares}; ` +
      `about ${formatBytes(memory)} of memory and ${formatBytes(disk)} of disk.`,
  );
  console.log(
    "Times are from a few steps of each model, timed alone just now; trials that fit early end early.",
  );
}
