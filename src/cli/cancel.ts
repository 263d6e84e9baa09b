/**
 * @file `shatter cancel` and `shatter retry`: want trials no more, and want them again.
 */

import { Command } from "commander";
import { UsageError } from "../base/errors.ts";
import { type LocalLab, openLab } from "../lab/process-lab.ts";
import { formatNoun } from "../report/format.ts";
import type { Reach } from "../store/experiments.ts";
import { databaseUrlOf, type LabOptions, labOptions } from "./lab-options.ts";

interface Options extends LabOptions {
  readonly json?: boolean;
}

/** `shatter cancel`. */
export function cancelCommand(): Command {
  const command = new Command("cancel")
    .description("stop the trials of an experiment, or single ones; what they learned is kept")
    .argument("<ids...>", "an experiment, or trials; see shatter status --trials")
    .option("--json", "print how many as JSON");
  return labOptions(command).action((ids: string[], options: Options) =>
    reachOut(ids, options, "cancelled", (lab, reach) => lab.cancel(reach)),
  );
}

/** `shatter retry`. */
export function retryCommand(): Command {
  const command = new Command("retry")
    .description("put trials back into the queue that were cancelled or put into quarantine")
    .argument("<ids...>", "an experiment, or trials; see shatter status --trials")
    .option("--json", "print how many as JSON");
  return labOptions(command).action((ids: string[], options: Options) =>
    reachOut(ids, options, "put back into the queue", (lab, reach) => lab.retry(reach)),
  );
}

const TRIAL = /^[0-9a-f]{16}$/;

async function reachOut(
  ids: readonly string[],
  options: Options,
  what: string,
  action: (lab: LocalLab, reach: Reach) => Promise<number>,
): Promise<void> {
  const areTrials = ids.every((id) => TRIAL.test(id));
  if (!areTrials && ids.length > 1) {
    throw new UsageError(`expected one experiment or any number of trials, got ${ids.join(" ")}`);
  }
  await using lab = await openLab({ lab: options.lab, databaseUrl: databaseUrlOf(options) });
  const count = await action(lab, areTrials ? { trials: ids } : { experiment: ids[0]! });
  if (options.json) console.log(JSON.stringify({ trials: count }));
  else console.log(`${formatNoun(count, "trial")} ${count === 1 ? "was" : "were"} ${what}`);
}
