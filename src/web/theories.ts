/**
 * @file The results of `shatter theory` that lie in a folder, one below it each, as that command leaves them.
 */

import { open, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "../base/errors.ts";
import { parseResult } from "../report/parse-result.ts";
import type { TheoryResult } from "../theory/theory-result.ts";
import type { TheoryItem } from "./api.ts";
import { NAME } from "./parameters.ts";
import { notFound, Refusal } from "./refusal.ts";

/** Results of theories. */
export interface Theories {
  /** All that can be read, the newest first. */
  list(): Promise<readonly TheoryItem[]>;
  /**
   * One of them.
   *
   * @throws Refusal (404) if there is none of that name; (409) if it cannot be read.
   */
  get(id: string): Promise<TheoryResult>;
}

/** Results that are listed, and bytes of one: none is as long as the data. */
const LISTED = 200;
const MOST_BYTES = 64 * 2 ** 20;

/** How a result of a theory begins; what else is in the folder is not read. */
const HEAD = /^\s*\{\s*"schema":\s*"shatter\/theory@1"/;
const HEAD_BYTES = 100;

/** The theories in a folder, which need not be there; none where none is given. */
export function openTheories(folder: string | undefined): Theories {
  /** Those that were read, by name, each as its file was then. */
  const read = new Map<string, { readonly stamp: string; readonly document: TheoryResult }>();
  const get = async (id: string): Promise<TheoryResult> => {
    const path = folder !== undefined && NAME.test(id) && join(folder, id, "result.json");
    const facts = path ? await stat(path).catch(() => undefined) : undefined;
    if (!path || !facts || facts.size > MOST_BYTES || !(await isTheory(path))) throw notFound("theory", id);
    const stamp = `${facts.size} ${facts.mtimeMs}`;
    const known = read.get(id);
    if (known?.stamp === stamp) return known.document;
    try {
      const document = parseResult(await readFile(path, "utf8"), path) as TheoryResult;
      read.set(id, { stamp, document });
      return document;
    } catch (error) {
      throw new Refusal(409, messageOf(error));
    }
  };
  return {
    get,
    async list() {
      const names = folder === undefined ? [] : await readdir(folder).catch(() => []);
      const items: TheoryItem[] = [];
      for (const id of names) {
        const document = await get(id).catch(() => undefined);
        if (document) items.push(itemOf(id, document));
      }
      items.sort((a, b) => b.startedAt.localeCompare(a.startedAt) || a.id.localeCompare(b.id));
      return items.slice(0, LISTED);
    },
  };
}

async function isTheory(path: string): Promise<boolean> {
  const file = await open(path).catch(() => undefined);
  if (!file) return false;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return HEAD.test(buffer.toString("utf8", 0, bytesRead));
  } finally {
    await file.close();
  }
}

function itemOf(
  id: string,
  { name, title, source, findings, settings, provenance }: TheoryResult,
): TheoryItem {
  const { started, seconds, interrupted } = provenance;
  const data = settings["data"];
  return {
    id,
    name,
    title,
    source,
    data: typeof data === "string" ? data : null,
    finding: findings[0] ?? null,
    startedAt: started,
    seconds,
    isInterrupted: interrupted,
  };
}
