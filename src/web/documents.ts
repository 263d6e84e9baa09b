/**
 * @file The documents of experiments, each made once a version.
 */

import type { DatabaseLab } from "../lab/open.ts";
import type { ExperimentResult } from "../paper/experiment-result.ts";
import { listExperiments } from "../store/read/experiments.ts";
import { notFound } from "./refusal.ts";

/** A document and the version it was made at. */
export interface VersionedDocument {
  readonly version: string;
  readonly document: ExperimentResult;
}

/** Documents, kept as long as nothing new belongs to them. */
export interface Documents {
  /**
   * The document of an experiment as of now.
   *
   * @throws Refusal (404) if the lab has no such experiment.
   */
  get(experiment: string): Promise<VersionedDocument>;
}

/** Documents that are kept. */
const KEPT = 8;

/** Keep the documents of a lab. Requests of one version share one making. */
export function keepDocuments(lab: DatabaseLab): Documents {
  const kept = new Map<string, { version: string; document: Promise<ExperimentResult> }>();
  return {
    async get(experiment) {
      const [line] = await listExperiments(lab.database.tables, [experiment]);
      if (!line) throw notFound("experiment", experiment);
      const { version } = line;
      let entry = kept.get(experiment);
      if (entry?.version !== version) entry = { version, document: lab.document(experiment) };
      // The one used last is the last to go.
      kept.delete(experiment);
      kept.set(experiment, entry);
      if (kept.size > KEPT) kept.delete(kept.keys().next().value!);
      try {
        return { version, document: await entry.document };
      } catch (error) {
        if (kept.get(experiment) === entry) kept.delete(experiment);
        throw error;
      }
    },
  };
}
