/**
 * @file Fetching one file: resumed where it was cut off, checked against its official MD5, there whole or not at all.
 */

import { mkdir, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import * as http from "node:http";
import { dirname } from "node:path";
import { DataError, messageOf, UsageError } from "../../base/errors.ts";
import type { Download } from "../registry.ts";
import { fileSize, md5, readBytes } from "./files.ts";

/** How far a fetch has come. */
export interface Progress {
  readonly name: string;
  /** Bytes on this machine, those of earlier attempts included. */
  readonly received: number;
  readonly total: number;
}

export interface FetchOptions {
  /** Called after each piece. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Fetch from this folder instead of the official mirrors. */
  readonly mirror?: string | undefined;
  /** Seconds without a byte after which a server counts as silent; 30 by default. */
  readonly patience?: number | undefined;
}

/** Attempts on one server; each goes on where the last was cut off. */
const ATTEMPTS = 3;

/**
 * Fetch a file to `path`.
 *
 * What has come is kept in `path.part`, and a later call goes on from there, with another server if need be.
 *
 * Proxies are those of the environment: `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`, in capitals or not.
 *
 * @throws DataError if no server gives the official bytes; it says how to put the file there by hand.
 * @throws UsageError if the environment names a proxy that is none.
 */
export async function fetchFile(file: Download, path: string, options: FetchOptions = {}): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const useNoProxies = useProxies();
  try {
    await fetchFromAny(file, path, options);
  } finally {
    await useNoProxies();
  }
}

/** Not every version of Node.js that runs Shatter has this. */
const canUseProxies = (http.setGlobalProxyFromEnv as unknown) !== undefined;

/** Variables that name a proxy; their values may hold passwords. */
const proxiesNamed = (): string[] =>
  ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"].filter((name) => process.env[name]);

/** A sentence on the proxies that are used, or cannot be. */
function describeProxies(): string {
  const named = proxiesNamed();
  if (named.length === 0) return "";
  const isUsed = canUseProxies || process.env["NODE_USE_ENV_PROXY"] === "1";
  const reason = isUsed
    ? ""
    : `, for which Node.js ${process.version} is too old: use 24.14, or from 22.21 on set NODE_USE_ENV_PROXY=1`;
  return `Proxies are those of ${named.join(", ")}${reason}. `;
}

/** What `fetch` sends requests by: undici, in Node.js and as a package, keeps it here. */
const DISPATCHER = Symbol.for("undici.globalDispatcher.1");

/** Have `fetch` use the proxies of the environment; what is returned ends that. */
function useProxies(): () => Promise<void> {
  const named = proxiesNamed();
  // Node.js does so by itself then.
  if (named.length === 0 || process.env["NODE_USE_ENV_PROXY"] === "1") return async () => {};
  if (!canUseProxies) return async () => {};
  try {
    const useNone = http.setGlobalProxyFromEnv();
    const { [DISPATCHER]: dispatcher } = globalThis as { [DISPATCHER]?: { destroy?: () => Promise<void> } };
    return async () => {
      useNone();
      // A proxy that hangs up is asked again and again, for ever, even for requests that were given up.
      await dispatcher?.destroy?.();
    };
  } catch {
    // The reason quotes the address, which may hold a password.
    throw new UsageError(
      `${named.join(", ")}: expected the address of a proxy, such as http://proxy.example:3128, got something else`,
    );
  }
}

async function fetchFromAny(file: Download, path: string, options: FetchOptions): Promise<void> {
  const mirrors = options.mirror === undefined ? file.mirrors : [options.mirror.replace(/\/*$/, "/")];
  const failures: string[] = [];
  for (const mirror of mirrors) {
    const url = mirror + file.name;
    try {
      await fetchFrom(url, file, path, options);
      return;
    } catch (error) {
      failures.push(`${url} (${reasonOf(error)})`);
    }
  }
  const kept = (await fileSize(`${path}.part`)) ?? 0;
  throw new DataError(
    `${file.name}: expected ${file.size} bytes with MD5 ${file.md5}, but could not fetch them from ${failures.join(", ")}. ` +
      describeProxies() +
      `${kept > 0 ? `${kept} bytes are kept: run the command again to go on. ` : ""}` +
      `Or fetch ${mirrors[0]}${file.name} by other means and put it at ${path}`,
  );
}

/** The message of an error, and of what caused it: `fetch` hides the reason there. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause === undefined ? messageOf(error) : `${messageOf(error)}: ${messageOf(cause)}`;
}

/** Fetch from one server: on from what an earlier call left, and anew if that was the beginning of something else. */
async function fetchFrom(url: string, file: Download, path: string, options: FetchOptions): Promise<void> {
  const isBegun = ((await fileSize(`${path}.part`)) ?? 0) > 0;
  const got = await fetchWhole(url, file, path, options);
  const other = isBegun && got !== undefined ? await fetchWhole(url, file, path, options) : got;
  if (other !== undefined) throw new DataError(`expected MD5 ${file.md5}, got ${other}`);
}

/**
 * Fetch a file's bytes, going on after cuts as long as bytes come.
 *
 * @returns The MD5 of what came if it is not the official one, which is not kept.
 */
async function fetchWhole(
  url: string,
  file: Download,
  path: string,
  options: FetchOptions,
): Promise<string | undefined> {
  const part = `${path}.part`;
  for (let attempt = 1; ; attempt++) {
    const before = (await fileSize(part)) ?? 0;
    try {
      if (before !== file.size) await fetchRest(url, file, part, options);
      break;
    } catch (error) {
      const after = (await fileSize(part)) ?? 0;
      if (attempt === ATTEMPTS || after <= before) throw error;
    }
  }
  const got = md5(await readBytes(part, file.size));
  await rm(`${part}.from`, { force: true });
  if (got !== file.md5) {
    await rm(part, { force: true });
    return got;
  }
  await rename(part, path);
  return undefined;
}

/** Ask for what is still missing, and append it. */
async function fetchRest(url: string, file: Download, part: string, options: FetchOptions): Promise<void> {
  const silent = new AbortController();
  const patience = (options.patience ?? 30) * 1000;
  const giveUp = (): void => silent.abort(new DataError(`no answer for ${patience / 1000} s`));
  let timer = setTimeout(giveUp, patience);
  try {
    const have = await resumable(part, file.size);
    const response = await ask(url, have, await versionOf(part, url), silent.signal);
    const start = response.status === 206 ? have : 0;
    if (response.status !== 200 && !continues(response, have, file.size)) {
      await response.body?.cancel();
      if (have === 0) throw new DataError(`HTTP ${response.status}`);
      // The server's file is not the one begun: begin anew.
      if (response.status === 206 || response.status === 416) await rm(part, { force: true });
      throw new DataError(`HTTP ${response.status} to a request for the bytes from ${have} on`);
    }
    const strange = strangerThan(file.size - start, response);
    if (strange !== undefined) {
      await response.body?.cancel();
      throw new DataError(strange);
    }
    await writeFile(`${part}.from`, `${url}\n${response.headers.get("etag") ?? ""}`);
    const out = await open(part, start > 0 ? "a" : "w");
    try {
      let received = start;
      for await (const piece of response.body ?? []) {
        clearTimeout(timer);
        timer = setTimeout(giveUp, patience);
        received += piece.length;
        if (received > file.size) throw new DataError(`more than ${file.size} bytes`);
        await out.write(piece);
        options.onProgress?.({ name: file.name, received, total: file.size });
      }
      if (received < file.size) throw new DataError(`cut off after ${received} of ${file.size} bytes`);
    } finally {
      await out.close();
    }
  } finally {
    clearTimeout(timer);
  }
}

/**
 * What is wrong with an answer that is not so many bytes of the file, such as the login page of a network, as far as its
 * headers tell: nothing of it is to be kept.
 */
function strangerThan(bytes: number, { headers }: Response): string | undefined {
  const length = headers.get("content-length");
  const type = headers.get("content-type") ?? "";
  const isPage = /^(text\/html|application\/xhtml)/i.test(type);
  if (!isPage && (length === null || Number(length) === bytes)) return undefined;
  return (
    `${isPage ? "a web page" : `${length} bytes`} instead of ${bytes} bytes of the file: ` +
    "if this network asks for a login, log in with a browser first"
  );
}

/** Bytes of an earlier attempt that can be gone on from; a part that is too long is dropped. */
async function resumable(part: string, size: number): Promise<number> {
  const have = (await fileSize(part)) ?? 0;
  if (have < size) return have;
  await rm(part, { force: true });
  return 0;
}

/** The version (ETag) of the file that a part was begun from, if it came from the same place and had a strong one. */
async function versionOf(part: string, url: string): Promise<string | undefined> {
  const [from, version] = (await readFile(`${part}.from`, "utf8").catch(() => "")).split("\n");
  return from === url && version?.startsWith('"') ? version : undefined;
}

/** Request a file from byte `have` on; a server whose file has changed since answers with all of it. */
function ask(url: string, have: number, version: string | undefined, signal: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = { "accept-encoding": "identity" };
  if (have > 0) headers.range = `bytes=${have}-`;
  if (have > 0 && version !== undefined) headers["if-range"] = version;
  return fetch(url, { headers, signal });
}

/** Whether an answer is the rest of the file that was begun. */
function continues(response: Response, have: number, size: number): boolean {
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get("content-range") ?? "");
  return (
    response.status === 206 &&
    range !== null &&
    Number(range[1]) === have &&
    (range[2] === "*" || Number(range[2]) === size)
  );
}
