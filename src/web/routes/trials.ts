/**
 * @file Routes of trials: lists, one of them, its history, its result, its examples.
 */

import { Hono } from "hono";
import { messageOf } from "../../base/errors.ts";
import { networkFiles } from "../../run/node/networks.ts";
import type { DataSource } from "../../run/runner.ts";
import { trialResultSchema } from "../../run/trial-result.ts";
import { checkpointsOf } from "../../store/checkpoints.ts";
import { readTrial } from "../../store/experiments.ts";
import { readVariants } from "../../store/read/compare.ts";
import { epochsOf, resultOf } from "../../store/read/trial.ts";
import { countTrials, distinctValues, listTrials, sortKeys } from "../../store/read/trials.ts";
import { type TrialSpec, trialSpecSchema } from "../../train/spec.ts";
import type { EpochPoint, MisfitAnswer, TrialAnswer, TrialItem, TrialsAnswer } from "../api.ts";
import { differingOf } from "../groups.ts";
import { csvOf } from "../items.ts";
import {
  checked,
  epochsParameters,
  examplesParameters,
  misfitParameters,
  nameOf,
  pageOf,
  queryOf,
  trialsParameters,
} from "../parameters.ts";
import { notFound } from "../refusal.ts";
import type { Services } from "../services.ts";
import { trialPage } from "../trial-page.ts";

/** Trials of a CSV file at most. */
const EXPORTED = 100_000;

/** How long a network is asked about its training examples, in seconds. */
const MISFIT_SECONDS = 15;

const EPOCH_COLUMNS = ["epoch", "trainLoss", "fitLoss", "trainAccuracy", "testAccuracy"] as const;

/** A trial of the lab, with its spec. */
interface Found {
  readonly row: NonNullable<Awaited<ReturnType<typeof readTrial>>>;
  readonly spec: TrialSpec;
  readonly source: DataSource;
}

/** The routes. */
export function trialRoutes(services: Services): Hono {
  const { lab, helper, dataDir } = services;
  const db = lab.database.tables;
  /** A trial, its spec, and where its examples are on this machine. */
  const find = async (id: string): Promise<Found> => {
    const row = await readTrial(db, id);
    if (!row) throw notFound("trial", id);
    const spec: TrialSpec = trialSpecSchema.parse(row.spec);
    const source = { ...(row.source as DataSource), dataDir };
    await lab.contents.fetch(spec, source);
    return { row, spec, source };
  };
  return new Hono()
    .get("/", async (context) => {
      const parameters = checked(trialsParameters, context.req.query());
      const query = queryOf(parameters);
      const page = pageOf(parameters);
      if (parameters.format === "csv") {
        const all = await listTrials(db, query, { ...page, offset: 0, limit: EXPORTED });
        const { fields, values } = differingOf(await readVariants(db, query));
        const valuesOf = ({ id }: TrialItem) =>
          Object.fromEntries(fields.map((field, index) => [field, values[id]?.[index]]));
        const rows = all.map((trial) => ({ ...valuesOf(trial), ...trial }));
        return csvAnswer(csvOf(rows, [...sortKeys, ...fields]), "trials.csv");
      }
      const trials = await listTrials(db, query, page);
      return context.json({
        total: await countTrials(db, query),
        trials,
        differing: differingOf(await readVariants(db, { ids: trials.map(({ id }) => id) })),
        values: await distinctValues(db, query.experiment),
      } satisfies TrialsAnswer);
    })
    .get("/:id", async (context) =>
      context.json((await trialPage(lab, nameOf(context.req.param("id")))) satisfies TrialAnswer),
    )
    .get("/:id/epochs", async (context) => {
      const id = nameOf(context.req.param("id"));
      const { format } = checked(epochsParameters, context.req.query());
      if (!(await readTrial(db, id))) throw notFound("trial", id);
      const epochs: readonly EpochPoint[] = await epochsOf(db, id);
      return format === "csv"
        ? csvAnswer(csvOf(epochs, EPOCH_COLUMNS), `${id}-epochs.csv`)
        : context.json(epochs);
    })
    .get("/:id/result", async (context) => {
      const id = nameOf(context.req.param("id"));
      const document = await resultOf(db, id);
      if (document === undefined) throw notFound("result of a trial", id);
      return context.json(document as object);
    })
    .get("/:id/examples", async (context) => {
      const { epoch, count } = checked(examplesParameters, context.req.query());
      const { spec, source } = await find(nameOf(context.req.param("id")));
      const png = await helper.ask("examples", { spec, source, epoch, count });
      return context.body(new Uint8Array(png), 200, {
        "Content-Type": "image/png",
        "Cache-Control": "max-age=3600",
      });
    })
    .get("/:id/network/:kind", async (context) => {
      const kind = context.req.param("kind");
      const { row, spec } = await find(nameOf(context.req.param("id")));
      const stored = trialResultSchema.safeParse(await resultOf(db, row.id)).data;
      const file = stored && (await lab.networks.read(row.id));
      if (!file || !networkFiles.some((one) => one === kind)) throw notFound("kept network", row.id);
      const hash = stored.result.parametersHash ?? "";
      const bytes = kind === "onnx" ? await helper.ask("network", { spec, file, hash }) : file;
      return context.body(new Uint8Array(bytes), 200, { "Content-Type": "application/octet-stream" });
    })
    .get("/:id/misfit", async (context) => {
      const { count } = checked(misfitParameters, context.req.query());
      const found = await find(nameOf(context.req.param("id")));
      return context.json(await misfitsOf(services, found, count));
    });
}

/** What a trial misfits, by its newest checkpoint; once it is done what it found hard, by its record. */
async function misfitsOf(
  { lab, helper, checkpointBytes }: Services,
  { row, spec, source }: Found,
  count: number,
): Promise<MisfitAnswer> {
  const db = lab.database.tables;
  const none = (reason: string): MisfitAnswer => ({
    epoch: null,
    reason,
    asked: 0,
    of: spec.dataset.train,
    total: 0,
    examples: [],
    test: null,
  });
  if (row.state === "done") {
    const stored = trialResultSchema.safeParse(await resultOf(db, row.id)).data;
    const { hard, epochs = 0 } = stored?.result ?? {};
    if (!hard) return none("The record of this trial does not say what it found hard.");
    const answer = helper.ask("hard", { spec, source, hard, epochs, count });
    // The data may be on another machine, as those are that computed it.
    return await answer.catch((error) => none(messageOf(error)));
  }
  const [newest] = await checkpointsOf(db, row.id);
  if (!newest) return none("This trial has left no checkpoint yet.");
  const checkpoint = await checkpointBytes(newest);
  if (!checkpoint) {
    return none("The checkpoint of this trial is on another machine, or was replaced just now.");
  }
  const job = { spec, source, checkpoint, count, seconds: MISFIT_SECONDS };
  return await helper.ask("misfit", job);
}

/** CSV to be kept as a file. */
export const csvAnswer = (text: string, name: string): Response =>
  new Response(text, {
    headers: {
      "Content-Type": "text/csv; charset=utf-8",
      "Content-Disposition": `attachment; filename="${name}"`,
    },
  });
