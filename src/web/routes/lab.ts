/**
 * @file Routes of the lab as a whole: what it is, what can be started, who works, what happens.
 */

import { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import { experiments } from "../../lab/experiments/index.ts";
import { scales } from "../../lab/experiments/scales.ts";
import { type LabStatus, labStatus } from "../../lab/status.ts";
import { countByState } from "../../store/read/trials.ts";
import { countWorkers, listWorkers } from "../../store/read/workers.ts";
import type { CatalogAnswer, LabAnswer, LiveEvent, WorkerItem } from "../api.ts";
import { LISTED_WORKERS } from "../items.ts";
import { Refusal } from "../refusal.ts";
import type { Services } from "../services.ts";

/** Longest silence of the stream, in milliseconds. */
const ALIVE_MS = 10_000;
/** Least time from one batch of events to the next. */
const BATCH_MS = 500;
/** How long a page may leave what it was sent unread. */
const STALL_MS = 30_000;

/** The routes. */
export function labRoutes({ lab, isWorking, version, live }: Services): Hono {
  const db = lab.database.tables;
  return new Hono()
    .get("/lab", async (context) => {
      const { total } = await db
        .selectFrom("experiments")
        .select((eb) => eb.fn.countAll<number | string>().as("total"))
        .executeTakeFirstOrThrow();
      return context.json({
        ...{ version, isWorking },
        where: lab.database.where,
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
        experiments: experiments.map(({ name, title, question = null, source, models }) => ({
          ...{ name, title, question, source, models },
        })),
        scales,
      } satisfies CatalogAnswer),
    )
    .get("/live", (context) => {
      const inbox = live.listen();
      if (!inbox) throw new Refusal(503, "too many pages listen already; close some");
      // A proxy that gathers answers would hold events back.
      context.header("X-Accel-Buffering", "no");
      return streamSSE(context, async (stream) => {
        using _ = inbox;
        stream.onAbort(() => inbox[Symbol.dispose]());
        const send = async (event: LiveEvent): Promise<void> => {
          const stalled = setTimeout(() => stream.abort(), STALL_MS);
          await stream.writeSSE({ data: JSON.stringify(event) });
          clearTimeout(stalled);
        };
        await send({ type: "alive" });
        while (!stream.aborted) {
          const events = await inbox.take(ALIVE_MS);
          if (!events) break;
          for (const event of events.length > 0 ? events : [{ type: "alive" } as const]) await send(event);
          if (events.length > 0) await stream.sleep(BATCH_MS);
        }
      });
    });
}
