/**
 * @file The route of what happens in the lab, as server-sent events.
 */

import type { HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import type { LiveEvent } from "../api.ts";
import { Refusal } from "../refusal.ts";
import type { Services } from "../services.ts";

/** Longest silence of the stream, in milliseconds. */
const ALIVE_MS = 10_000;

/** Least time from one batch of events to the next. */
const BATCH_MS = 500;

/** The route. */
export function liveRoutes({ live, stallMs }: Services): Hono<{ Bindings: HttpBindings }> {
  return new Hono<{ Bindings: HttpBindings }>().get("/", (context) => {
    // Nobody would read the events of a HEAD request, and nobody notice its end.
    if (context.req.method !== "GET") throw new Refusal(405, "expected GET");
    const inbox = live.listen();
    if (!inbox) throw new Refusal(503, "too many pages listen already; close some");
    // A proxy that gathers answers would hold events back.
    context.header("X-Accel-Buffering", "no");
    return streamSSE(context, async (stream) => {
      using _ = inbox;
      stream.onAbort(() => inbox[Symbol.dispose]());
      const send = async (event: LiveEvent): Promise<void> => {
        // Whoever leaves what he was sent unread holds it in our memory.
        const stalled = setTimeout(() => context.env.outgoing.destroy(), stallMs);
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
