/**
 * A program that runs one trial in a pool of one process, as the command does, and says what came of it.
 *
 *   node test/lab/trial-process.ts '{"spec": ..., "source": ..., "checkpoints": ...}'
 */

import { openProcessPool } from "../../src/run/node/pool.ts";
import type { EpochRow, TrialEvent } from "../../src/train/trial.ts";
import type { TrialOrder, TrialReport } from "../run/interrupted.ts";

const { spec, source, checkpoints }: TrialOrder = JSON.parse(process.argv[2]!);

const rows: EpochRow[] = [];
const warnings: string[] = [];
const last: { [Type in TrialEvent["type"]]?: Extract<TrialEvent, { type: Type }> } = {};
{
  await using pool = await openProcessPool({ jobs: 1, device: "cpu", threads: 1, checkpoints });
  const failure = await pool.run(spec, source, (event) => {
    if (event.type === "epoch") rows.push(event.row);
    if (event.type === "warning") warnings.push(event.text);
    if (event.type === "progress" && !last.progress) process.stdout.write("training\n");
    Object.assign(last, { [event.type]: event });
  });
  if (failure) throw new Error(failure.error);
}
const { done, prepared, resumed } = last;
const report: Omit<TrialReport, "milliseconds"> = {
  rows,
  outcome: done!.outcome,
  dataHash: prepared!.dataHash,
  from: resumed ? { epochs: resumed.epochs, step: resumed.step } : null,
  warnings,
};
process.stdout.write(JSON.stringify(report));
