/**
 * @file The server's routes, put together: guards first, then the API, then the page.
 */

import { type Handler, Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { timeout } from "hono/timeout";
import { getPath } from "hono/utils/url";
import type { ErrorAnswer } from "./api.ts";
import { withoutBase } from "./base-path.ts";
import {
  askForToken,
  type GuardOptions,
  isolatingHeaders,
  refuseForeigners,
  strictHeaders,
} from "./guard.ts";
import { BODY_BYTES, MODEL_BYTES, tooLarge } from "./parameters.ts";
import { Refusal, refusalOf } from "./refusal.ts";
import { actionRoutes } from "./routes/actions.ts";
import { compareRoutes } from "./routes/compare.ts";
import { dataRoutes } from "./routes/data.ts";
import { experimentRoutes } from "./routes/experiments.ts";
import { labRoutes } from "./routes/lab.ts";
import { liveRoutes } from "./routes/live.ts";
import { modelRoutes } from "./routes/models.ts";
import { theoryRoutes } from "./routes/theories.ts";
import { trialRoutes } from "./routes/trials.ts";
import type { Services } from "./services.ts";

/** Longest address, in characters. */
const ADDRESS = 16_000;

/** How long an answer may take before the server says so, in milliseconds: planning reads data, for one. */
const ANSWER_MS = 120_000;

/** What the routes need besides what they answer with. */
export interface AppOptions extends GuardOptions {
  readonly page: Handler;
  /** The playground, below `/play`. */
  readonly play: Hono;
  /** Told what went wrong without anybody being to blame for it. */
  readonly onError: (error: unknown) => void;
}

/** The application, which answers one request after another and knows no socket. */
export function createApp(services: Services, { page, play, onError, ...guard }: AppOptions): Hono {
  const app = new Hono({ getPath: (request) => withoutBase(getPath(request), guard.basePath) });
  app.onError((error, context) => {
    if (error instanceof HTTPException) {
      return context.json({ error: error.message || "the request was refused" }, error.status);
    }
    const refusal = refusalOf(error);
    if (!refusal) onError(error);
    const answer: ErrorAnswer = {
      error: refusal?.message ?? "the server made a mistake; its own output says which",
    };
    return context.json(answer, refusal?.status ?? 500);
  });
  const [strict, isolating] = [strictHeaders(), isolatingHeaders()];
  app.use((context, next) => (/^\/play(\/|$)/.test(context.req.path) ? isolating : strict)(context, next));
  app.use(refuseForeigners(guard));
  app.use(askForToken(guard));
  app.use(async (context, next) => {
    if (context.req.url.length > ADDRESS) throw new Refusal(414, `expected at most ${ADDRESS} characters`);
    // What is sent without saying how much is counted where it is read.
    const most = isModel(context.req) ? MODEL_BYTES : BODY_BYTES;
    if (Number(context.req.header("content-length") ?? 0) > most) throw tooLarge(most);
    await next();
  });
  const api = new Hono();
  api.use(
    timeout(
      ANSWER_MS,
      () => new HTTPException(503, { message: "this takes too long; try again in a moment" }),
    ),
  );
  api.use(async (context, next) => {
    await next();
    // What a lab says is true for a moment only, and for nobody else.
    if (!context.res.headers.has("Cache-Control")) context.res.headers.set("Cache-Control", "no-store");
  });
  api.post("/*", async (context, next) => {
    await requireType(
      context.req.raw,
      isModel(context.req) ? "application/octet-stream" : "application/json",
    );
    await next();
  });
  api.route("/", labRoutes(services));
  api.route("/live", liveRoutes(services));
  api.route("/", actionRoutes(services));
  api.route("/experiments", experimentRoutes(services));
  api.route("/trials", trialRoutes(services));
  api.route("/compare", compareRoutes(services));
  api.route("/data", dataRoutes(services));
  api.route("/models", modelRoutes(services));
  api.route("/theories", theoryRoutes(services));
  api.all("/*", ({ req }) => {
    const isKnown = req.method === "GET" || req.method === "HEAD" || req.method === "POST";
    if (!isKnown) throw new Refusal(405, "expected GET or POST");
    throw new Refusal(404, "there is no such address; src/web/api.ts names those there are");
  });
  app.route("/api", api);
  app.route("/play", play);
  app.all("/*", page);
  return app;
}

/** Whether a request gives a model file, which is no JSON, and larger. */
const isModel = ({ method, path }: { readonly method: string; readonly path: string }): boolean =>
  method === "POST" && path === "/api/models";

/** Refuse a body that says it is something else: a form of a foreign page needs no permission, these types do. */
async function requireType(request: Request, wanted: string): Promise<void> {
  const [type = ""] = (request.headers.get("content-type") ?? "").split(";");
  const hasBody =
    request.headers.has("transfer-encoding") || Number(request.headers.get("content-length") ?? 0) > 0;
  if (hasBody && type.trim().toLowerCase() !== wanted) {
    throw new Refusal(415, `Content-Type: expected ${wanted}`);
  }
}
