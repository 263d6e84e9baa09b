/**
 * @file The files of the built page. They are listed once, and only what was listed is ever read: no address, however
 * it is written, leads elsewhere.
 */

import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { promisify } from "node:util";
import { brotliDecompress } from "node:zlib";
import type { Context, Handler } from "hono";
import { getMimeType } from "hono/utils/mime";
import { Refusal } from "./refusal.ts";

/** The end of the name of a file that is kept packed, as the engines of the playground are in the package. */
const PACKED = ".br";
const unpack = promisify(brotliDecompress);

/** What is answered while there is no page: the API works without it. */
const noPage = (basePath: string): string =>
  `<!doctype html><title>Shatter</title><p>The dashboard's page is not built here. Its data are at <a href='${basePath}/api/lab'>/api/lab</a>. In a checkout, run <code>npm run build:web</code>.`;

/**
 * A handler for all addresses that are not of the API: the page's files, and for every other address without an
 * extension the page itself, which knows what to show there.
 *
 * @param folder - Where the page was built; undefined for none.
 * @param basePath - The path it is mounted below: what the page loads, and what it asks, is there.
 * @param at - The path of this page itself, below that; the root unless told.
 */
export async function servePage(folder: string | undefined, basePath: string, at = ""): Promise<Handler> {
  const files = folder === undefined ? new Map<string, string>() : await listFiles(folder);
  const index = files.get("/index.html");
  const send = async (context: Context, path: string): Promise<Response> => {
    const isLasting = context.req.path.startsWith(`${at}/assets/`);
    const isPacked = path.endsWith(PACKED);
    // Browsers take Brotli from this machine and over HTTPS.
    const staysPacked = isPacked && /\bbr\b/.test(context.req.header("accept-encoding") ?? "");
    const bytes = await readFile(path);
    const sent = isPacked && !staysPacked ? await unpack(bytes) : bytes;
    return context.body(new Uint8Array(sent), 200, {
      ...(staysPacked && { "Content-Encoding": "br" }),
      ...(isPacked && { Vary: "Accept-Encoding" }),
      "Content-Type": getMimeType(context.req.path) ?? "application/octet-stream",
      // Files in assets/ have the hash of what is in them in their names.
      "Cache-Control": isLasting ? "public, max-age=31536000, immutable" : "no-cache",
    });
  };
  const sendIndex = async (context: Context, path: string): Promise<Response> => {
    const text = await readFile(path, "utf8");
    context.header("Cache-Control", "no-cache");
    return context.html(
      text
        .replaceAll(/ (href|src)="\//g, ` $1="${basePath}/`)
        .replace('name="base-path" content=""', `name="base-path" content="${basePath}"`),
    );
  };
  return async (context) => {
    const { method } = context.req;
    const path = context.req.path.slice(at.length);
    if (method !== "GET" && method !== "HEAD")
      throw new Refusal(405, `expected GET, got ${method.slice(0, 20)}`);
    const found = files.get(path) ?? files.get(path + PACKED);
    if (found !== undefined && found !== index) return await send(context, found);
    const isPage = found !== undefined || !/\.[^/]*$/.test(path);
    if (!isPage) throw new Refusal(404, "there is no such file");
    return index === undefined ? context.html(noPage(basePath)) : await sendIndex(context, index);
  };
}

/** The files below a folder by their address; none if it is not there. */
async function listFiles(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  return new Map(paths.map((path) => [`/${relative(folder, path).split(sep).join("/")}`, path]));
}
