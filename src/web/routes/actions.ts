/**
 * @file Routes that change what is wanted: cancel and retry.
 */

import { Hono } from "hono";
import { readExperiment, readTrial } from "../../store/experiments.ts";
import type { ActionAnswer } from "../api.ts";
import { nameOf } from "../parameters.ts";
import { notFound } from "../refusal.ts";
import type { Services } from "../services.ts";

/** The routes. */
export function actionRoutes({ lab }: Services): Hono {
  const db = lab.database.tables;
  const routes = new Hono();
  for (const action of ["cancel", "retry"] as const) {
    routes.post(`/experiments/:id/${action}`, async (context) => {
      const id = nameOf(context.req.param("id"));
      if (!(await readExperiment(db, id))) throw notFound("experiment", id);
      return context.json({ trials: await lab[action]({ experiment: id }) } satisfies ActionAnswer);
    });
    routes.post(`/trials/:id/${action}`, async (context) => {
      const id = nameOf(context.req.param("id"));
      if (!(await readTrial(db, id))) throw notFound("trial", id);
      return context.json({ trials: await lab[action]({ trials: [id] }) } satisfies ActionAnswer);
    });
  }
  return routes;
}
