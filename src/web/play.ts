/**
 * @file The playground's server: files alone, with the headers that let a page train on several threads.
 */

import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { type Handler, Hono } from "hono";
import { isolatingHeaders, refuseForeigners } from "./guard.ts";
import { listen } from "./listen.ts";
import { servePage } from "./page-files.ts";
import { refusalOf } from "./refusal.ts";
import type { DashboardServer } from "./serve-options.ts";

/**
 * The page's files below a path: `/play` in a dashboard. Its addresses are relative, so the path ends with a slash.
 *
 * Whoever mounts them sends {@link isolatingHeaders}.
 */
export async function servePlay(folder: string | undefined, at = "/play"): Promise<Hono> {
  const app = new Hono();
  const page: Handler = await servePage(folder, "", at);
  if (at !== "") app.get("/", ({ redirect, req }, next) => (req.path === at ? redirect(`.${at}/`) : next()));
  app.all("/*", page);
  return app;
}

/**
 * Serve the playground, to this machine alone.
 *
 * @param folder - Where it was built.
 * @throws UsageError if the port is taken.
 */
export async function startPlay(folder: string, port: number): Promise<DashboardServer> {
  const app = new Hono();
  const ours = new Set(["localhost", "127.0.0.1", "::1"]);
  app.onError((error, context) => {
    const refusal = refusalOf(error);
    return context.text(refusal?.message ?? "the server made a mistake", refusal?.status ?? 500);
  });
  app.use(isolatingHeaders());
  app.use(refuseForeigners({ isOurName: (name) => ours.has(name), cookie: "", basePath: "" }));
  app.route("/", await servePlay(folder, ""));
  const server = createServer(getRequestListener(app.fetch, { overrideGlobalObjects: false }));
  const bound = await listen(server, "127.0.0.1", port);
  return {
    address: `http://127.0.0.1:${bound.port}/`,
    port: bound.port,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
