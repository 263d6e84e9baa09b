/**
 * @file Who may ask: names this server goes by, pages it listens to, tokens that open it; and what browsers may do
 * with its answers.
 */

import type { MiddlewareHandler } from "hono";
import { getCookie } from "hono/cookie";
import { secureHeaders } from "hono/secure-headers";
import { Refusal } from "./refusal.ts";

/** What a guard goes by. */
export interface GuardOptions {
  /** Whether a name in a `Host` header is one of this server's, without its port. */
  readonly isOurName: (name: string) => boolean;
  /** Whether a token opens this server; undefined if it asks for none. */
  readonly isToken?: ((token: string) => boolean) | undefined;
  /** Name of the cookie that holds the token. */
  readonly cookie: string;
  /** The path this server is mounted below, which its cookie does not leave; empty for the root. */
  readonly basePath: string;
}

/** The name in a `Host` header, or of the host of a URL, without its port; undefined if it is none. */
export function hostName(host: string | undefined): string | undefined {
  const found = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i.exec(host ?? "");
  return found?.[1]?.toLowerCase().replace(/^\[|\]$/g, "");
}

/**
 * Refuse requests that a foreign page makes in a user's browser.
 *
 * The `Host` header must name this server: a page whose name was rebound to our address still sends its own. An
 * `Origin` must be ours, and so must be what `Sec-Fetch-Site` says of the request's origin.
 */
export function refuseForeigners({ isOurName }: GuardOptions): MiddlewareHandler {
  return async (context, next) => {
    const host = context.req.header("host");
    const name = hostName(host);
    if (name === undefined || !isOurName(name)) {
      throw new Refusal(
        403,
        "Host: expected a name of this server; if that is what you call it, start it with that as a `name`",
      );
    }
    const isApi = context.req.path === "/api" || context.req.path.startsWith("/api/");
    const isReading = context.req.method === "GET" || context.req.method === "HEAD";
    if (isApi || !isReading) {
      const origin = context.req.header("origin");
      if (origin !== undefined && !isSame(origin, host!)) {
        throw new Refusal(403, "Origin: expected a page of this server, got another one");
      }
      const site = context.req.header("sec-fetch-site");
      const isOurs = site === undefined || site === "same-origin" || (site === "none" && isReading);
      if (!isOurs) throw new Refusal(403, "Sec-Fetch-Site: expected a page of this server, got another one");
    }
    await next();
  };
}

/** Whether an origin is that of the page at a host. */
function isSame(origin: string, host: string): boolean {
  return (
    origin.toLowerCase() === `http://${host.toLowerCase()}` ||
    origin.toLowerCase() === `https://${host.toLowerCase()}`
  );
}

const REFUSED =
  "expected the token of this lab, as the cookie that its address sets, or as Authorization: Bearer";

/** Refuse whoever has no token, if one is asked for; `/?token=...` gives a browser its cookie. */
export function askForToken({ isToken, cookie, basePath }: GuardOptions): MiddlewareHandler {
  return async (context, next) => {
    if (!isToken) return await next();
    const { req } = context;
    const offered = req.path === "/" && req.method === "GET" ? req.query("token") : undefined;
    if (offered !== undefined) {
      if (!isToken(offered)) throw new Refusal(401, REFUSED);
      context.header(
        "Set-Cookie",
        `${cookie}=${encodeURIComponent(offered)}; Path=${basePath}/; HttpOnly; SameSite=Strict; Max-Age=31536000`,
      );
      // Not a redirect: a browser that came by a link would follow it without the cookie.
      return context.html(
        `<!doctype html><meta http-equiv="refresh" content="0; url=${basePath}/"><title>Shatter</title><a href="${basePath}/">Go on</a>`,
      );
    }
    const [, bearer] = /^Bearer ([\w-]{1,200})$/.exec(req.header("authorization") ?? "") ?? [];
    const token = bearer ?? getCookie(context, cookie);
    if (token === undefined || !isToken(token)) throw new Refusal(401, REFUSED);
    return await next();
  };
}

const STRICT = {
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'", "data:", "blob:"],
    fontSrc: ["'self'"],
    connectSrc: ["'self'"],
    manifestSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
  },
  referrerPolicy: "no-referrer",
  xFrameOptions: "DENY",
  // Over plain HTTP it means nothing, and behind somebody's proxy it is his to say.
  strictTransportSecurity: false,
  permissionsPolicy: { camera: [], microphone: [], geolocation: [] },
} satisfies Parameters<typeof secureHeaders>[0];

/** Headers of every answer: nothing is loaded from elsewhere, framed, guessed or told to others. */
export const strictHeaders = (): MiddlewareHandler => secureHeaders(STRICT);

/** The same for the playground, which runs WebAssembly in workers; isolated, so that these may share memory. */
export const isolatingHeaders = (): MiddlewareHandler =>
  secureHeaders({
    ...STRICT,
    contentSecurityPolicy: {
      ...STRICT.contentSecurityPolicy,
      scriptSrc: ["'self'", "'wasm-unsafe-eval'"],
      workerSrc: ["'self'"],
    },
    crossOriginEmbedderPolicy: "require-corp",
  });
