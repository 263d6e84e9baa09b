/**
 * @file The network of a trial that is done: that which the lab keeps, or else the trial is trained again, which gives the same one.
 */

import { mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { DataError, messageOf, UsageError } from "../base/errors.ts";
import { requireFolder } from "../disk/folders.ts";
import { writeWhole } from "../disk/whole-files.ts";
import { openLibrary } from "../run/node/library.ts";
import { networkFiles } from "../run/node/networks.ts";
import { openProcessPool } from "../run/node/pool.ts";
import { recordTrial } from "../run/record.ts";
import { type Device, devices } from "../train/devices.ts";
import { onnxOfSafetensors } from "../train/trained.ts";
import type { LabPlace, RunOptions } from "./lab.ts";
import { findInLab, type LabTrial } from "./lab-trials.ts";
import { openNetworks } from "./networks.ts";
import { nameModels, requireIndex, type SavedModel } from "./saved-models.ts";

/** Which network is exported, and where it goes. */
export interface ExportOptions
  extends LabPlace,
    Pick<RunOptions, "threads" | "device" | "onEvent" | "signal"> {
  /** The trial's id, or its first digits. */
  readonly trial: string;
  /** The folder that its files go to. */
  readonly out: string;
}

/**
 * Write the network of a trial that a lab has, as ONNX for inference and as safetensors. One that the lab does not keep is
 * trained again: on as many threads and the same device unless told. Its parameters must be those of the lab, by their hash; no
 * file is written else.
 *
 * @example
 * ```ts
 * import { exportModel } from "shatter/lab";
 *
 * const { onnx, testAccuracy } = await exportModel({ lab: "shatter-lab", trial: "c5ff3d88", out: "models" });
 * console.log(onnx, testAccuracy);
 * ```
 * @throws UsageError if the lab has no such trial, or it is not done; all before any training.
 * @throws DataError if the data or the model are missing or others, or training gave other parameters than then.
 * @throws EngineError if the device is not there.
 */
export async function exportModel(options: ExportOptions): Promise<SavedModel> {
  const { out } = options;
  const { trial, contents } = await findDone(options);
  await requireFolder("`out`", out);
  await requireIndex(out);
  if (!(await writeKept(trial, contents, options))) await trainAgain(trial, contents, options);
  const { models } = await nameModels(out, [trial.stored.result]);
  return models[0]!;
}

/** Write the networks of trials that a lab keeps, and train none, as trials leave theirs. */
export async function writeKeptOf(
  trials: readonly string[],
  options: Pick<ExportOptions, "lab" | "databaseUrl" | "onWarning" | "out">,
): Promise<void> {
  const found = await findInLab(trials, options, options.onWarning);
  for (const { stored, ...trial } of found.trials.values())
    if (stored) await writeKept({ ...trial, stored }, found.contents, options);
}

/** Write the files of a trial's network that its lab keeps; false where it keeps none with the parameters of the trial. */
async function writeKept(
  { id, spec, stored }: DoneTrial,
  contents: string,
  { lab, databaseUrl, onWarning, out }: Pick<ExportOptions, "lab" | "databaseUrl" | "onWarning" | "out">,
): Promise<boolean> {
  const safetensors = await openNetworks(databaseUrl === undefined ? lab : undefined).read(id);
  if (!safetensors) return false;
  let onnx: Uint8Array;
  try {
    const model = await openLibrary({ contents }).model(spec.model);
    onnx = await onnxOfSafetensors(safetensors, model, stored.result.parametersHash ?? "");
  } catch (error) {
    onWarning?.(`the network that ${lab} keeps of trial ${id} is of no use: ${messageOf(error)}`);
    return false;
  }
  const files = { onnx, safetensors };
  for (const kind of networkFiles) await writeWhole(join(out, `${id}.${kind}`), files[kind]);
  return true;
}

/** Train a trial again, and write its files once their parameters are known to be right. */
async function trainAgain(trial: DoneTrial, contents: string, options: ExportOptions): Promise<void> {
  const { out, dataDir, signal, onEvent } = options;
  const { provenance } = trial.stored;
  const device = options.device ?? deviceOf(provenance.device);
  const threads = options.threads ?? Math.max(1, provenance.threads);
  const draft = await mkdtemp(join(out, ".unchecked-"));
  try {
    await using runner = await openProcessPool({ jobs: 1, device, threads, contents, networks: draft });
    onEvent?.({ type: "planned", trials: [trial] });
    const record = recordTrial(trial);
    const warnings: string[] = [];
    const failure = await runner.run(
      trial.spec,
      { ...trial.source, dataDir },
      (event) => {
        record.add(event);
        if (event.type === "warning") warnings.push(event.text);
        onEvent?.({ type: "trial", trial, event });
      },
      signal,
    );
    const again = record.end(failure).result;
    onEvent?.({ type: "ended", trial, result: again });
    if (failure) throw new DataError(`trial ${trial.id}: it was not trained again: ${failure.error}`);
    requireSame(trial, again.parametersHash, { device, threads });
    for (const kind of networkFiles) {
      const name = `${trial.id}.${kind}`;
      await rename(join(draft, name), join(out, name)).catch(() => {
        throw new DataError(`trial ${trial.id}: ${warnings.at(-1) ?? "its files were not written"}`);
      });
    }
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** A trial that is done. */
type DoneTrial = LabTrial & { readonly stored: NonNullable<LabTrial["stored"]> };

/** The trial that is meant, done. */
async function findDone({
  trial: wanted,
  onWarning,
  ...place
}: ExportOptions): Promise<{ readonly trial: DoneTrial; readonly contents: string }> {
  if (!/^[0-9a-f]{1,16}$/.test(wanted)) {
    throw new UsageError(
      `trial "${wanted}": expected the id of a trial, or its first digits, 0 to 9 and a to f`,
    );
  }
  const { trials, contents } = await findInLab(wanted, place, onWarning);
  const [trial, ...others] = trials.values();
  if (!trial || others.length > 0) {
    throw new UsageError(
      `trial "${wanted}": expected the first digits of one trial of lab ${place.lab}, got ${trial ? "several" : "none"}`,
    );
  }
  const { stored } = trial;
  if (!stored) {
    throw new UsageError(
      `trial ${trial.id}: expected a trial that is done, got one that is not; run its test first`,
    );
  }
  return { trial: { ...trial, stored }, contents };
}

const deviceOf = (name: string): Device => devices.find((one) => one === name) ?? "cpu";

/** Refuse other parameters than the lab's. */
function requireSame(
  { id, stored }: DoneTrial,
  hash: string | null,
  now: { readonly device: Device; readonly threads: number },
): void {
  const { result, provenance } = stored;
  if (hash === result.parametersHash) return;
  throw new DataError(
    `trial ${id}: expected parameters of hash ${result.parametersHash}, as the lab has, got ${hash}, so nothing is written: it was trained with Shatter ${provenance.version}, ${provenance.engine}, on ${provenance.device} with ${provenance.threads} threads (${provenance.machine}), and now on ${now.device} with ${now.threads}; use the same, or test again with \`saveModels\``,
  );
}
