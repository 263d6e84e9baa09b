/**
 * @file Routes of the lab as a whole: what it is, what can be started, who works.
 */

import { Hono } from "hono";
import type { LabStatus } from "../../lab/lab.ts";
import { labStatus } from "../../lab/status.ts";
import { experiments } from "../../paper/index.ts";
import { fastestFirst, scales } from "../../paper/scales.ts";
import { countByState } from "../../store/read/trials.ts";
import { countWorkers, listWorkers } from "../../store/read/workers.ts";
import type { CatalogAnswer, LabAnswer, WorkerItem } from "../api.ts";
import { LISTED_WORKERS } from "../items.ts";
import type { Services } from "../services.ts";

/** The routes. */
export function labRoutes({ lab, isWorking, version }: Services): Hono {
  const db = lab.database.tables;
  return new Hono()
    .get("/lab", async (context) => {
      const { total } = await db
        .selectFrom("experiments")
        .select((eb) => eb.fn.countAll<number | string>().as("total"))
        .executeTakeFirstOrThrow();
      return context.json({
        version,
        isWorking,
        where: lab.database.where,
        isShared: lab.database.kind === "postgres",
        experiments: Number(total),
        trials: await countByState(db),
        workers: await countWorkers(db),
      } satisfies LabAnswer);
    })
    .get("/status", async (context) => context.json((await labStatus(lab.database)) satisfies LabStatus))
    .get("/workers", async (context) =>
      context.json((await listWorkers(db, LISTED_WORKERS)) satisfies readonly WorkerItem[]),
    )
    .get("/catalog", (context) =>
      context.json({
        experiments: experiments.map(({ name, title, question = null, source, models, anyModel }) => ({
          name,
          title,
          question,
          source,
          models: fastestFirst(models),
          anyModel,
        })),
        scales: scales.toReversed(),
      } satisfies CatalogAnswer),
    );
}
