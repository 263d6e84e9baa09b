/**
 * @file Routes of experiments: the list, one of them, its document and the files of its report.
 */

import { Hono } from "hono";
import { findExperiment } from "../../paper/index.ts";
import { readVariants } from "../../store/read/compare.ts";
import { latestOf, listExperiments } from "../../store/read/experiments.ts";
import type { ExperimentAnswer, ExperimentItem, StartAnswer } from "../api.ts";
import { differingOf } from "../groups.ts";
import { experimentItem } from "../items.ts";
import { bodyOf, nameOf, startBody } from "../parameters.ts";
import { notFound } from "../refusal.ts";
import { reportFiles, sendReportFile } from "../report-files.ts";
import type { Services } from "../services.ts";

/** Trials of an experiment's page. */
const RUNNING = 100;
const RECENT = 20;

/** The routes. */
export function experimentRoutes({ lab, documents, helper }: Services): Hono {
  const db = lab.database.tables;
  return new Hono()
    .get("/", async (context) =>
      context.json((await listExperiments(db)).map(experimentItem) satisfies readonly ExperimentItem[]),
    )
    .post("/", async (context) => {
      const request = await bodyOf(startBody, context.req.raw);
      return context.json((await lab.start(request)) satisfies StartAnswer);
    })
    .get("/:id", async (context) => {
      const id = nameOf(context.req.param("id"));
      const [line] = await listExperiments(db, [id]);
      if (!line) throw notFound("experiment", id);
      // Data that are not on this machine keep the document from being made, and nothing else.
      const made = await documents.get(id).catch(() => undefined);
      const running = await latestOf(db, id, ["running"], RUNNING);
      const recent = await latestOf(db, id, ["done", "quarantined", "cancelled"], RECENT);
      const { fields, values } = differingOf(await readVariants(db, { experiment: id }));
      const listed = [...running, ...recent].map((trial) => [trial.id, values[trial.id] ?? []]);
      return context.json({
        ...experimentItem(line),
        question: made?.document.question ?? questionOf(line.name),
        running,
        recent,
        differing: { fields, values: Object.fromEntries(listed) },
        files: made ? reportFiles(made.document) : [],
        documentVersion: line.version,
      } satisfies ExperimentAnswer);
    })
    .get("/:id/document", async (context) => {
      const { version, document } = await documents.get(nameOf(context.req.param("id")));
      const etag = `"${version}"`;
      context.header("ETag", etag);
      context.header("Cache-Control", "no-cache");
      return context.req.header("if-none-match") === etag ? context.body(null, 304) : context.json(document);
    })
    .get("/:id/files/:name", async (context) => {
      const id = nameOf(context.req.param("id"));
      const name = nameOf(context.req.param("name"));
      const { document } = await documents.get(id);
      return await sendReportFile(context, helper, { id, name, document });
    });
}

/** What an experiment of the paper asks; null for one of a user. */
function questionOf(name: string): string | null {
  try {
    return findExperiment(name).question ?? null;
  } catch {
    return null;
  }
}
