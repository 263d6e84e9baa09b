/**
 * @file Finds what trials of a document are about: their specs, examples and models, in the document, on this machine or in
 * a lab.
 */

import { DataError, UsageError } from "../base/errors.ts";
import type { RunProvenance } from "../document/provenance.ts";
import type { DescribedTrial } from "../paper/described-trials.ts";
import { type AnyContent, type Content, contentOf, contentsOf } from "../run/contents.ts";
import { shareContents } from "../run/node/contents.ts";
import { readModelAt } from "../run/node/model-file.ts";
import type { PlannedTrial } from "../run/record.ts";
import type { Library } from "../run/subject.ts";
import { splitsHash } from "../train/prepare.ts";
import type { LabPlace, RunOptions } from "./lab.ts";
import { findInLab } from "./lab-trials.ts";
import { readExamples } from "./plan-experiment.ts";

/** Where trials are looked for. */
export interface Places extends Pick<RunOptions, "dataDir" | "onWarning"> {
  /** How the document says that its trials were made. */
  readonly madeBy: RunProvenance;
  /** The lab that has the specs and the contents of trials on models or data that were given as values. */
  readonly lab?: Pick<LabPlace, "lab" | "databaseUrl"> | undefined;
  /** The path of the model file that trials are on, where there is no lab. */
  readonly model?: string | undefined;
  /** The data at a path that trials are on, where there is no lab. */
  readonly examples?: AnyContent | undefined;
}

/** Whether a spec's data were at a path: they are called by their hash. */
const isOfPath = (name: string): boolean => /^data-[0-9a-f]{8}$/.test(name);

/** A trial of a document, and what is needed to train it again. */
export interface FoundTrial extends DescribedTrial {
  readonly planned: PlannedTrial;
  /** How it was made. */
  readonly madeBy: RunProvenance;
}

/** Trials, and the folder of their contents, if there is one. */
interface FoundTrials extends AsyncDisposable {
  readonly found: readonly FoundTrial[];
  readonly contents: string | undefined;
}

/**
 * The specs, the examples' places and the contents of trials: of the document, or of the lab.
 *
 * @throws UsageError if neither says all of a trial, DataError if the lab cannot be opened, or the model file is another one.
 */
export async function findTrials(trials: readonly DescribedTrial[], places: Places): Promise<FoundTrials> {
  const { dataDir, lab, model, examples } = places;
  if (lab && model !== undefined) {
    throw new UsageError("`model`: expected a model file or a lab, which has it, got both");
  }
  if (lab && examples)
    throw new UsageError("`data`: expected data at a path or a lab, which has them, got both");
  const file = model === undefined ? undefined : await contentOf(await readModelAt(model));
  const ids = trials.map(({ result }) => result.id);
  const known = lab && (await findInLab(ids, lab, places.onWarning));
  const found = trials.map((one): FoundTrial => {
    const { id, escalation } = one.result;
    const kept = known?.trials.get(id);
    const spec = kept?.spec ?? one.spec;
    if (!spec) {
      throw new UsageError(
        `trial ${id} (${one.name}): the document does not say all of its spec: its model or data were given as values, or something in it was changed; ${lab ? `the lab ${lab.lab} does not have it either` : "name the lab it was run in with `lab`"}`,
      );
    }
    const { name, train, test } = spec.dataset;
    const sizes = { n: train, testN: test };
    if (isOfPath(name) && !lab && !examples) {
      throw new UsageError(
        `trial ${id}: ${name} are data at a path, which a document does not keep: say by \`data\` where they are, with the options that they were read by, or a description of them (shatter.data.yaml); or name the lab that has them with \`lab\``,
      );
    }
    const own = isOfPath(name) ? examples?.identity : undefined;
    const source = { ...(kept?.source ?? { name: own ?? name, ...sizes }), dataDir };
    const wanted = contentsOf(spec, source).filter((identity) => identity !== own);
    if (!lab) requireContents(id, wanted, file, model);
    const { stored } = kept ?? {};
    // The result of the document may not be the one that is kept there.
    const isIt = stored?.result.parametersHash === one.result.parametersHash;
    return {
      ...one,
      planned: { id, spec, escalation, source },
      madeBy: isIt && stored ? stored.provenance : places.madeBy,
    };
  });
  if (known) return { found, contents: known.contents, [Symbol.asyncDispose]: async () => {} };
  const shared = await shareContents([file, examples].filter((content) => content !== undefined));
  return { found, contents: shared.folder, [Symbol.asyncDispose]: () => shared[Symbol.asyncDispose]() };
}

/** Refuse a trial on what was given as a value and is not at hand. */
function requireContents(
  id: string,
  wanted: readonly string[],
  file: Content | undefined,
  path: string | undefined,
): void {
  const missing = wanted.find((identity) => identity !== file?.identity);
  if (missing === undefined) return;
  if (file) {
    throw new DataError(
      `trial ${id}: model file ${path}: expected the bytes of ${missing}, got ${file.identity}`,
    );
  }
  throw new UsageError(
    `trial ${id}: ${missing} was given as a value or as a file; name the lab that has it with \`lab\`, or a model's file with \`model\``,
  );
}

/**
 * Refuse before any training what would keep every trial from being trained.
 *
 * @throws DataError if data are not here or not those of a spec, UsageError if a name is unknown.
 */
export async function requireThings(library: Library, trials: readonly FoundTrial[]): Promise<void> {
  const seen = new Set<string>();
  for (const { planned } of trials) {
    const { spec, source, id } = planned;
    const key = JSON.stringify([spec.model, source, spec.recipe.preprocess, spec.recipe.augment]);
    if (seen.has(key)) continue;
    seen.add(key);
    await library.model(spec.model);
    const hash = await splitsHash(await readExamples(library, source, spec.recipe));
    if (hash === spec.dataset.hash) continue;
    throw new DataError(
      `trial ${id}: data ${spec.dataset.name}: expected the examples of hash ${spec.dataset.hash}, got ${hash}: the files here are others, or another part of them was trained on`,
    );
  }
}
