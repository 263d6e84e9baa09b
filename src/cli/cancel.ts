/**
 * @file `shatter cancel` and `shatter retry`: want trials no more, and want them again.
 */

import { Command } from "commander";
import { UsageError } from "../base/errors.ts";
import { openExistingLab } from "../lab/open.ts";
import { formatNoun } from "../report/format.ts";
import type { Reach } from "../store/reach.ts";
import type { ActionAnswer } from "../web/api.ts";
import { jsonOption, tell } from "./json.ts";
import { databaseUrlOf, type LabOptions, labOptions } from "./lab-options.ts";
import { findOwner } from "./owned-lab.ts";

interface Options extends LabOptions {
  readonly json?: string;
}

/** `shatter cancel`. */
export function cancelCommand(): Command {
  const command = new Command("cancel")
    .argument("<ids...>", "an experiment, or trials; see shatter status --trials")
    .addOption(jsonOption("how many"));
  return labOptions(command).action((ids: string[], options: Options) =>
    reachOut(ids, options, "cancelled", "cancel"),
  );
}

/** `shatter retry`. */
export function retryCommand(): Command {
  const command = new Command("retry")
    .argument("<ids...>", "an experiment, or trials; see shatter status --trials")
    .addOption(jsonOption("how many"));
  return labOptions(command).action((ids: string[], options: Options) =>
    reachOut(ids, options, "put back into the queue", "retry"),
  );
}

const TRIAL = /^[0-9a-f]{16}$/;

async function reachOut(
  ids: readonly string[],
  options: Options,
  what: string,
  action: "cancel" | "retry",
): Promise<void> {
  const areTrials = ids.every((id) => TRIAL.test(id));
  if (!areTrials && ids.length > 1) {
    throw new UsageError(`expected one experiment or any number of trials, got ${ids.join(" ")}`);
  }
  const count = await reach(areTrials ? { trials: ids } : { experiment: ids[0]! }, options, action);
  await tell(options.json, `${JSON.stringify({ trials: count })}\n`, () =>
    console.log(`${formatNoun(count, "trial")} ${count === 1 ? "was" : "were"} ${what}`),
  );
}

/** Do it in the lab, or have it done by the process that has the lab open. */
async function reach(what: Reach, options: Options, action: "cancel" | "retry"): Promise<number> {
  const owner = await findOwner(options);
  if (!owner) {
    await using lab = await openExistingLab({ lab: options.lab, databaseUrl: databaseUrlOf(options) });
    return await lab[action](what);
  }
  const places =
    "experiment" in what ? [`experiments/${what.experiment}`] : what.trials.map((id) => `trials/${id}`);
  let count = 0;
  for (const place of places) {
    const [kind, id] = place.split("/") as [string, string];
    const { trials } = await owner.post<ActionAnswer>(`api/${kind}/${encodeURIComponent(id)}/${action}`);
    count += trials;
  }
  return count;
}
