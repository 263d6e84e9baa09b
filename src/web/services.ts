/**
 * @file What the routes are given to answer with.
 */

import type { KnownDataset } from "../data/registry.ts";
import type { DatabaseLab } from "../lab/open.ts";
import type { CheckpointFacts } from "../store/checkpoints.ts";
import type { Documents } from "./documents.ts";
import type { Helper } from "./helper.ts";
import type { Live } from "./live.ts";
import type { Theories } from "./theories.ts";

export interface Services {
  readonly lab: DatabaseLab;
  /** Whether trials are run by this process too. */
  readonly isWorking: boolean;
  readonly version: string;
  readonly documents: Documents;
  readonly theories: Theories;
  readonly live: Live;
  readonly helper: Helper;
  /** Whether the files of a dataset are here. */
  readonly hasData: (dataset: KnownDataset) => Promise<boolean>;
  /** The bytes of a checkpoint, in the database or in the lab's folder; undefined if they are not to be had here. */
  readonly checkpointBytes: (checkpoint: CheckpointFacts) => Promise<Uint8Array | undefined>;
  /** How long a page may leave unread what it was sent, in milliseconds. */
  readonly stallMs: number;
  /** Folder of the data of this machine; the default one unless told. */
  readonly dataDir?: string | undefined;
}
