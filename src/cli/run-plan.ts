/**
 * @file What an experiment will cost, as a table: `shatter run --plan`.
 */

import { costOf, type ModelCost } from "../lab/cost.ts";
import { openLab } from "../lab/open.ts";
import { planExperiment } from "../lab/plan-experiment.ts";
import { type ExperimentOptions, sharesOf } from "../lab/run.ts";
import { formatBytes, formatDuration, formatNoun } from "../report/format.ts";
import { tableOf } from "../report/table.ts";
import { terminalTable } from "../report/terminal.ts";
import { openLibrary } from "../run/node/library.ts";
import { openProcessPool } from "../run/node/pool.ts";
import { hasLab } from "../store/node/open.ts";
import { doneTrials } from "../store/results.ts";
import { wantsColor, widthOf } from "./output.ts";

/** Print what an experiment will cost, and train nothing but a few steps to time them. */
export async function printPlan(options: ExperimentOptions, asJson: boolean): Promise<void> {
  const plan = await planExperiment(options);
  const done = await doneIn(options);
  const todo = plan.trials.filter(({ id }) => !done.has(id));
  const { jobs, threads } = sharesOf(options, todo.length);
  await using runner = await openProcessPool({ jobs: 1, device: options.device ?? "cpu", threads });
  const costs = await costOf(openLibrary(), plan, todo, runner, options.signal);
  if (asJson) console.log(JSON.stringify({ jobs, threads, models: costs }, null, 2));
  else describe(costs, jobs, threads);
}

/** Ids of the trials that the lab has; a lab that is not there yet is not made for it. */
async function doneIn({ lab, databaseUrl, onWarning }: ExperimentOptions): Promise<ReadonlySet<string>> {
  if (databaseUrl === undefined && !(await hasLab(lab))) return new Set();
  await using open = await openLab({ lab, databaseUrl, onWarning });
  return await doneTrials(open.database.tables);
}

function describe(costs: readonly ModelCost[], jobs: number, threads: number): void {
  const left = ({ trials, done }: ModelCost): number => trials - done;
  const table = tableOf(costs, [
    { name: "model", title: "Model", form: "text", read: ({ model }) => model },
    { name: "trials", title: "Trials", form: "count", read: ({ trials }) => trials },
    { name: "done", title: "Done", form: "count", read: ({ done }) => done },
    { name: "left", title: "To run", form: "count", read: left },
    { name: "steps", title: "Steps", form: "count", read: ({ steps }) => steps },
    {
      name: "pace",
      title: "Images a second",
      form: "number",
      read: ({ imagesPerSecond }) => imagesPerSecond,
    },
    {
      name: "each",
      title: "Time of one trial",
      form: "fraction",
      read: (cost) => (left(cost) === 0 ? null : formatDuration(cost.seconds / left(cost))),
    },
    {
      name: "memory",
      title: "Memory of one trial",
      form: "fraction",
      read: ({ memory }) => (memory === 0 ? null : formatBytes(memory)),
    },
    {
      name: "disk",
      title: "Disk",
      form: "fraction",
      read: ({ disk }) => (disk === 0 ? null : formatBytes(disk)),
    },
  ]);
  console.log(
    terminalTable(table, {
      color: wantsColor(process.stdout),
      width: widthOf(process.stdout),
    }),
  );
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
