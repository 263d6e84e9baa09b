/**
 * @file Opens a lab: its database, its queue, and what an older version left in its folder.
 */

import { join, resolve } from "node:path";
import { DataError, messageOf, UsageError } from "../base/errors.ts";
import { type Definition, definitionSchema } from "../paper/definition.ts";
import type { ExperimentResult } from "../paper/experiment-result.ts";
import type { StoredTrial } from "../run/trial-result.ts";
import { loseAllAttempts } from "../store/attempts.ts";
import { type Database, refusal } from "../store/database.ts";
import {
  cancelTrials,
  hasOpenTrials,
  keepExperiment,
  openTrials,
  readExperiment,
  retryTrials,
} from "../store/experiments.ts";
import { hasBackup, hasLab, openEmbedded, openServer, remedyOfDamage } from "../store/node/open.ts";
import type { Reach } from "../store/reach.ts";
import { doneTrials } from "../store/results.ts";
import { backUpLab, backUpResults } from "./back-up.ts";
import { type LabContents, openLabContents } from "./contents.ts";
import { importTrialFiles } from "./import.ts";
import type { Lab, LabPlace, Started } from "./lab.ts";
import { type LabNetworks, openNetworks } from "./networks.ts";
import { planAsked } from "./plan-asked.ts";
import type { PlannedExperiment } from "./plan-experiment.ts";
import { openQueue, type Queue } from "./queue.ts";
import { type DocumentContext, readDocument } from "./read.ts";
import { openTrialStore } from "./trial-files.ts";
import { trialRow } from "./trial-row.ts";

/** A lab as its own parts know it. */
export interface DatabaseLab extends Lab {
  readonly database: Database;
  readonly contents: LabContents;
  /** Of trials that are done. */
  readonly networks: LabNetworks;
}

/** A lab that is open in this process, which may work for it. */
export interface LocalLab extends DatabaseLab {
  readonly queue: Queue;
  /** The folder of checkpoints on this machine. */
  readonly checkpoints: string;
  /** Keep what was planned, and put what is not done into the queue. */
  plan(planned: PlannedExperiment, options?: { readonly priority?: number | undefined }): Promise<Started>;
  /** Read an experiment whose definition is at hand: {@link Lab.document}. */
  read(definition: Definition, context?: DocumentContext): Promise<ExperimentResult>;
  /** Write beside a database in a folder what is in it; a server has backups of its own. */
  backUp(): Promise<void>;
  /** Write beside a database in a folder what a trial left, once it is in there. */
  keepResult(trial: StoredTrial): Promise<void>;
  /** Put into the queue whatever is not done and not given up. */
  requeue(): Promise<void>;
  /** Tell other processes where the dashboard is. */
  announce(address: string): Promise<void>;
}

/**
 * Refuse a place without a lab: reading makes none.
 *
 * @throws UsageError if there is none in the folder.
 */
export async function requireLab(place: Pick<LabPlace, "lab" | "databaseUrl">): Promise<void> {
  if (place.databaseUrl === undefined && !(await hasLab(place.lab))) {
    throw new UsageError(
      `lab ${place.lab}: expected a lab, got a folder without one, or none; say \`lab\` where yours is - shatter test and shatter run make one`,
    );
  }
}

/**
 * Open a lab that is there.
 *
 * @throws UsageError if there is none in the folder.
 * @throws DataError as {@link openLab}.
 */
export async function openExistingLab(place: LabPlace): Promise<LocalLab> {
  await requireLab(place);
  return await openLab(place);
}

/**
 * Open a lab. One in a folder is this process's alone until it is closed.
 *
 * @throws DataError if it cannot be opened: another process has it, the server does not answer, and so on.
 */
export async function openLab(place: LabPlace): Promise<LocalLab> {
  const { lab, dataDir, onWarning = () => {} } = place;
  const store = openTrialStore(join(resolve(lab), "trials"));
  const { database, embedded, queue } = await openQueued(place, store.folder, onWarning);
  const { tables } = database;

  const keep = (write: () => Promise<void>): Promise<void> => keepBeside(database, write, onWarning);
  const keepLab = () => keep(() => backUpLab(tables, lab));
  const keepResults = () => keep(() => backUpResults(tables, store));
  await keepResults();
  if (!(await hasBackup(lab))) await keepLab();

  // A server may be anywhere: what workers keep on their machines, nobody else finds.
  const networks = openNetworks(embedded && lab);
  await networks.trim();
  const putOpen = (ids: readonly string[], wish?: Wish): Promise<void> =>
    putInQueue(database, queue, new Set(ids), wish);

  const self: LocalLab = {
    database,
    queue,
    checkpoints: join(resolve(lab), "checkpoints"),
    contents: openLabContents(database, join(resolve(lab), "contents")),
    networks,

    async plan({ id, experiment, definition, trials, scale, contents = [] }, { priority = 0 } = {}) {
      await self.contents.keep(contents);
      const ids = await keepExperiment(
        tables,
        {
          id,
          priority,
          scale,
          name: experiment.name,
          title: experiment.title,
          source: experiment.source,
          definition: JSON.stringify(definition),
        },
        trials.map(trialRow),
      );
      await putOpen(ids, { experiment: id, priority });
      await keepLab();
      const done = await doneTrials(tables);
      return { id, trials: trials.length, done: trials.filter((trial) => done.has(trial.id)).length };
    },

    async start(asked) {
      const planned = await planAsked(asked, { read: self.contents.read, dataDir });
      return await self.plan(planned, { priority: asked.priority });
    },

    async cancel(reach) {
      await requireKnown(database, reach);
      const ids = await cancelTrials(tables, reach);
      if (ids.length > 0) await keepLab();
      return ids.length;
    },

    async retry(reach) {
      await requireKnown(database, reach);
      const ids = await retryTrials(tables, reach);
      await putOpen(ids);
      if (ids.length > 0) await keepLab();
      return ids.length;
    },

    async requeue() {
      await queue.put(await openTrials(tables));
    },

    async backUp() {
      await keepLab();
      await keepResults();
    },

    async keepResult(trial) {
      await keep(() => store.write(trial));
      await networks.trim();
    },
    document: (id) => documentOf(database, id),
    read: (definition, context) => readDocument(tables, definition, context),
    announce: async (address) => await embedded?.owner.announce(address),

    async [Symbol.asyncDispose]() {
      await queue[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
  return self;
}

/**
 * Open a database and its queue. A folder's trials are put right: whoever had it before is gone.
 *
 * @param trials - The folder of an older version's results.
 */
async function openQueued({ lab, databaseUrl, timing }: LabPlace, trials: string, warn: Warn) {
  const embedded = databaseUrl === undefined ? await openEmbedded(lab) : undefined;
  const database: Database = embedded ?? (await openServer(databaseUrl!));
  let queue: Queue | undefined;
  try {
    queue = await openQueue(database, timing, warn);
    if (embedded) {
      // The trials' processes ended with their owner.
      await loseAllAttempts(database.tables);
      await queue.giveBack(await queue.active());
      await importTrialFiles(database.tables, trials, warn);
    }
    return { database, embedded, queue };
  } catch (error) {
    // What cannot be opened may not be closed properly either; the reason is what failed first.
    await Promise.resolve(queue?.[Symbol.asyncDispose]()).catch(() => {});
    await Promise.resolve(database[Symbol.asyncDispose]()).catch(() => {});
    if (error instanceof DataError) throw error;
    const refused = refusal(database.where, error);
    throw embedded
      ? new DataError(`${refused.message}${await remedyOfDamage(lab)}`, { cause: error })
      : refused;
  }
}

type Warn = (message: string) => void;

/** Keep beside a database in a folder what is in it; not being able to costs nothing but that. */
async function keepBeside({ kind, where }: Database, write: () => Promise<void>, warn: Warn): Promise<void> {
  if (kind !== "pglite") return;
  await write().catch((error) =>
    warn(`${where}: what is in its database cannot be kept beside it, too: ${messageOf(error)}`),
  );
}

/** The experiment that trials are put into the queue for, and how soon it wants them. */
interface Wish {
  readonly experiment: string;
  readonly priority: number;
}

/** Put those of some trials into the queue that are open: as they were wanted, or for one experiment. */
async function putInQueue(
  { tables }: Database,
  queue: Queue,
  ids: ReadonlySet<string>,
  wish?: Wish,
): Promise<void> {
  const wanted = (await openTrials(tables)).filter(({ trial }) => ids.has(trial));
  if (!wish) return await queue.put(wanted);
  await queue.put(wanted.map((one) => ({ ...one, priority: wish.priority })));
  // A trial that another experiment wanted first is taken over: whoever works for this one alone must find it.
  const others = wanted.filter((one) => one.experiment !== wish.experiment);
  if (others.length > 0)
    await queue.put(
      others.map((one) => ({ ...one, ...wish })),
      { retake: true },
    );
}

async function documentOf(database: Database, id: string): Promise<ExperimentResult> {
  const row = await readExperiment(database.tables, id);
  if (!row) throw unknownExperiment(id, await idsIn(database));
  const parsed = definitionSchema.safeParse(row.definition);
  if (!parsed.success) {
    throw new UsageError(
      `${id}: it was planned by another version of Shatter, which this one does not understand; run it again to plan it anew`,
    );
  }
  return await readDocument(database.tables, parsed.data);
}

const idsIn = async ({ tables }: Database): Promise<string[]> =>
  (await tables.selectFrom("experiments").select("id").orderBy("id").execute()).map(({ id }) => id);

const unknownExperiment = (id: string, known: readonly string[]): UsageError =>
  new UsageError(
    `experiment "${id}": expected one of this lab (${known.length === 0 ? "it has none yet" : known.join(", ")})`,
  );

/** Refuse a command on something that is not in the lab. */
async function requireKnown(database: Database, reach: Reach): Promise<void> {
  if ("experiment" in reach) {
    const known = await idsIn(database);
    if (!known.includes(reach.experiment)) throw unknownExperiment(reach.experiment, known);
    return;
  }
  if (reach.trials.length === 0) return;
  const found = await database.tables
    .selectFrom("trials")
    .select("id")
    .where("id", "in", [...reach.trials])
    .execute();
  const known = new Set(found.map(({ id }) => id));
  const stranger = reach.trials.find((id) => !known.has(id));
  if (stranger !== undefined) {
    throw new UsageError(
      `trial "${stranger}": expected a trial of this lab; shatter status --trials lists them`,
    );
  }
}

/** Whether every trial of an experiment, or of all, has come to its end or was given up. */
export const isSettled = async (database: Database, experiment?: string): Promise<boolean> =>
  !(await hasOpenTrials(database.tables, experiment));
