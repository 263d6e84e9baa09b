/**
 * @file The route that compares trials: curves of groups, whatever they are grouped by.
 */

import { Hono } from "hono";
import { readCurves, readVariants } from "../../store/read/compare.ts";
import type { CompareAnswer } from "../api.ts";
import { groupTrials } from "../groups.ts";
import { csvOf } from "../items.ts";
import { checked, compareParameters, queryOf } from "../parameters.ts";
import { Refusal } from "../refusal.ts";
import type { Services } from "../services.ts";
import { csvAnswer } from "./trials.ts";

/** Groups of an answer: more curves than this are no picture. */
const GROUPS = 60;

/** Trials that can be compared at once. */
const TRIALS = 2000;

/** The route. */
export function compareRoutes({ lab }: Services): Hono {
  const db = lab.database.tables;
  return new Hono().get("/", async (context) => {
    const parameters = checked(compareParameters, context.req.query());
    const { metric, points, format } = parameters;
    const found = await readVariants(db, queryOf(parameters));
    const { by, fields, groups } = groupTrials(found, parameters.by);
    const isFile = format === "csv";
    const shown = isFile ? groups : groups.slice(0, GROUPS);
    const compared = shown.reduce((total, { trials }) => total + trials.length, 0);
    if (compared > TRIALS) {
      throw new Refusal(
        422,
        `compare: expected at most ${TRIALS} trials, got ${compared}; choose fewer by a filter, such as experiment or model`,
      );
    }
    const longest = found.trials.reduce((most, { epoch }) => Math.max(most, epoch), 0);
    const curves = await readCurves(
      db,
      metric,
      shown.map(({ trials }) => trials),
      { longest, stride: isFile || points === 0 ? 1 : Math.max(1, Math.ceil(longest / points)) },
    );
    if (isFile) {
      const rows = shown.flatMap(({ fields: values }, group) =>
        curves[group]!.map((point) => ({ ...values, metric, ...point })),
      );
      return csvAnswer(csvOf(rows, [...by, "metric", "epoch", "mean", "low", "high", "n"]), "compare.csv");
    }
    return context.json({
      metric,
      by,
      fields,
      trials: found.trials.length,
      total: groups.length,
      groups: shown.map((group, index) => ({ ...group, points: curves[index]! })),
    } satisfies CompareAnswer);
  });
}
