/**
 * @file Routes of datasets: what there is, and what each randomization does to it.
 */

import { Hono } from "hono";
import { messageOf } from "../../base/errors.ts";
import { datasets } from "../../data/registry.ts";
import type { DataItem } from "../api.ts";
import { checked, gridParameters, nameOf } from "../parameters.ts";
import { notFound } from "../refusal.ts";
import type { Services } from "../services.ts";

/** Examples of a dataset that can draw any number: enough for the moments of its channels. */
const DRAWN = { n: 1000, testN: 1 };

/** The routes. */
export function dataRoutes({ helper, hasData, dataDir }: Services): Hono {
  return new Hono()
    .get("/", async (context) => {
      const items: DataItem[] = [];
      for (const known of datasets) {
        const { name, title, train, test, classNames } = known;
        const missing = `Run "shatter data get ${name}" on the machine of this server.`;
        const hint = await hasData(known).then((isHere) => (isHere ? null : missing), messageOf);
        const isHere = hint === null;
        items.push({ name, title, isHere, hint, classNames, train, test });
      }
      return context.json(items);
    })
    .get("/:name/grid", async (context) => {
      const name = nameOf(context.req.param("name"));
      const { inputs, corrupt, seed, count } = checked(gridParameters, context.req.query());
      const known = datasets.find((dataset) => dataset.name === name);
      if (!known) throw notFound("dataset", name);
      const source = { name, dataDir, ...(known.kind === "drawn" ? DRAWN : {}) };
      return context.json(await helper.ask("grid", { source, inputs, corrupt, seed, count }));
    });
}
