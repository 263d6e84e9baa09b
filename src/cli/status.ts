/**
 * @file `shatter status`: what a lab has done, what runs, and what waits.
 */

import { Command } from "commander";
import type { LabStatus } from "../lab/lab.ts";
import { openLab } from "../lab/open.ts";
import { labStatus } from "../lab/status.ts";
import { formatDuration, formatNoun } from "../report/format.ts";
import { listGrid } from "../report/grid/list-grid.ts";
import { terminalGrid } from "../report/grid/terminal.ts";
import { hasLab } from "../store/node/open.ts";
import { withFlags } from "./flags.ts";
import { jsonOption, tell } from "./json.ts";
import { databaseUrlOf, type LabOptions, labOptions } from "./lab-options.ts";
import { wantsColor, widthOf } from "./output.ts";
import { findOwner } from "./owned-lab.ts";
import { asJson } from "./publish.ts";

interface Options extends LabOptions {
  readonly trials?: boolean;
  readonly json?: string;
}

/** The command. */
export function statusCommand(): Command {
  const command = new Command("status")
    .option("--trials", "every trial that runs, failed or was given up, too")
    .addOption(jsonOption("it"));
  return labOptions(command)
    .addHelpText(
      "after",
      `
Examples:
  shatter status
  shatter status --trials --database-url postgres://lab@db/shatter`,
    )
    .action(run);
}

async function run(options: Options): Promise<void> {
  const status = await readStatus(options);
  await tell(options.json, asJson(status), () => describe(status, options.trials ?? false));
}

/** How the lab stands: asked of the process that has it open, if one has. */
async function readStatus(options: Options): Promise<LabStatus> {
  const owner = await findOwner(options);
  if (owner) return await owner.get<LabStatus>("api/status");
  const databaseUrl = databaseUrlOf(options);
  if (databaseUrl === undefined && !(await hasLab(options.lab)))
    return { experiments: [], workers: [], trials: [] };
  await using lab = await openLab({ lab: options.lab, databaseUrl });
  return await labStatus(lab.database);
}

function describe({ experiments, workers, trials }: LabStatus, isLong: boolean): void {
  const color = wantsColor(process.stdout);
  if (experiments.length === 0) {
    console.log("The lab is empty: shatter run figure-1c --scale smoke fills it in a minute.");
    return;
  }
  console.log(
    terminalGrid(
      listGrid(experiments, [
        { title: "Experiment", unit: "text", read: ({ id }) => id },
        { title: "Priority", unit: "count", read: ({ priority }) => priority },
        { title: "Done", unit: "count", read: ({ states }) => states.done },
        { title: "Running", unit: "count", read: ({ states }) => states.running },
        { title: "Waiting", unit: "count", read: ({ states }) => states.waiting },
        { title: "Quarantined", unit: "count", read: ({ states }) => states.quarantined },
        { title: "Cancelled", unit: "count", read: ({ states }) => states.cancelled },
        { title: "Spent", unit: "fraction", read: ({ seconds }) => formatDuration(seconds) },
      ]),
      { color, width: widthOf(process.stdout) },
    ),
  );
  if (workers.length > 0) console.log("");
  for (const { host, pid, jobs, device, running, silentSeconds } of workers) {
    const silence = silentSeconds > 60 ? `; not heard of for ${formatDuration(silentSeconds)}` : "";
    console.log(
      `worker ${pid} on ${host}, ${device}: ${running} of ${formatNoun(jobs, "place")} taken${silence}`,
    );
  }
  const shown = trials.filter(({ state }) => isLong || state === "quarantined");
  if (shown.length > 0) console.log("");
  for (const { id, state, model, inputs, corrupt, seed, epoch, epochs_allowed, error } of shown) {
    const what = `${model}, ${inputs} inputs, ${Math.round(corrupt * 100)} % random labels, seed ${seed}`;
    const how = state === "running" ? `epoch ${epoch} of ${epochs_allowed}` : withFlags(error ?? "");
    console.log(`${id}  ${state}  ${what}${how === "" ? "" : `: ${how}`}`);
  }
}
