/**
 * @file Keeps the playground for use without a connection.
 *
 * The files of a build are fetched as a whole into a cache of that build's own. The document comes from the server where there is
 * one, so nobody is shown an old build for having kept it; files of `assets/` have the hash of what is in them in their names,
 * and are never stale. The build before the newest stays for pages that are still open.
 */

/** Written before this file by the build (`vite.play.config.ts`): its files, by addresses relative to this one, and their hash. */
declare const BUILD: { readonly hash: string; readonly files: readonly string[] };

/** What service workers have besides workers; TypeScript's library for pages does not know it. */
interface Lasting extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Asked extends Lasting {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
declare const clients: { claim(): Promise<void> };
declare function skipWaiting(): Promise<void>;

const PREFIX = "shatter-play ";
/** Caches are of an origin, where several playgrounds may be, each at a path of its own. */
const scope = new URL("./", location.href);
const mine = `${PREFIX}${scope.pathname} `;
const name = mine + BUILD.hash;

async function keep(): Promise<void> {
  const cache = await caches.open(name);
  await cache.add(new Request(scope, { cache: "no-cache" }));
  await cache.addAll(BUILD.files.map((file) => new URL(file, scope).href));
  await skipWaiting();
}

async function forgetOld(): Promise<void> {
  // In the order in which they were opened.
  const others = (await caches.keys()).filter((key) => key.startsWith(mine) && key !== name);
  await Promise.all(others.slice(0, -1).map((key) => caches.delete(key)));
  await clients.claim();
}

/** With the headers that give a page threads, which hosts of plain files do not send. */
function isolated(response: Response): Response {
  if (!response.ok) return response;
  const { status, statusText, body } = response;
  const headers = new Headers(response.headers);
  headers.set("cross-origin-opener-policy", "same-origin");
  headers.set("cross-origin-embedder-policy", "require-corp");
  return new Response(body, { status, statusText, headers });
}

/** The document: the server's, or the one that was kept with this build. */
async function documentOf(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await (await caches.open(name)).match(scope, { ignoreVary: true });
    if (kept) return kept;
    throw error;
  }
}

/** A file of this build or of the one before; what is not kept from the start, as WebGPU's engine, is kept once it was asked for. */
async function fileOf(request: Request): Promise<Response> {
  const kept = await caches.match(request, { ignoreVary: true });
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok) await (await caches.open(name)).put(request, response.clone());
  return response;
}

addEventListener("install", (event) => (event as Lasting).waitUntil(keep()));
addEventListener("activate", (event) => (event as Lasting).waitUntil(forgetOld()));
addEventListener("fetch", (event) => {
  const { request, respondWith } = event as Asked;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== scope.origin || !pathname.startsWith(scope.pathname)) return;
  const path = pathname.slice(scope.pathname.length);
  const answer =
    path === "" || path === "index.html" ? documentOf : path.startsWith("assets/") ? fileOf : undefined;
  if (answer) respondWith.call(event, answer(request).then(isolated));
});
