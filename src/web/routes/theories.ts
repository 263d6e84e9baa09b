/**
 * @file Routes of theories: the list, one of them, and the files of its report.
 */

import { Hono } from "hono";
import type { TheoryAnswer, TheoryItem } from "../api.ts";
import { reportFiles, sendReportFile } from "../report-files.ts";
import type { Services } from "../services.ts";

/** The routes. */
export const theoryRoutes = ({ theories, helper }: Services): Hono =>
  new Hono()
    .get("/", async (context) => context.json((await theories.list()) satisfies readonly TheoryItem[]))
    .get("/:id", async (context) => {
      const document = await theories.get(context.req.param("id"));
      return context.json({ document, files: reportFiles(document) } satisfies TheoryAnswer);
    })
    .get("/:id/files/:name", async (context) => {
      const { id, name } = context.req.param();
      return await sendReportFile(context, helper, { id, name, document: await theories.get(id) });
    });
