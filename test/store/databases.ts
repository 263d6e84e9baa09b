/**
 * @file The databases that tests of the lab run over: PGlite in a folder, and a real PostgreSQL 18.
 */

import { randomUUID } from "node:crypto";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { inject } from "vitest";
import type { Database } from "../../src/store/database.ts";
import { openEmbedded, openServer } from "../../src/store/node/open.ts";

/** A place where labs can be opened, each as empty as new. */
export interface Place extends AsyncDisposable {
  /** Open a lab; the same name is the same lab. */
  open(name: string): Promise<Database>;
}

/** Where something is that is made once for all tests. */
async function made(what: "postgres" | "empty-lab"): Promise<string> {
  const answer = await fetch(`${inject("once")}/${what}`);
  if (!answer.ok) throw new Error(await answer.text());
  return await answer.text();
}

/** Put an empty lab into a folder: a copy, which takes a tenth of the time of making one. */
export async function emptyLab(folder: string): Promise<string> {
  cpSync(await made("empty-lab"), folder, { recursive: true });
  return folder;
}

/** Labs in folders. */
export async function inFolders(): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), "shatter-labs-"));
  return {
    open: (name) => openEmbedded(join(folder, name)),
    [Symbol.asyncDispose]: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

/**
 * The address of a database on the server of all tests, which is made anew.
 *
 * @param name - What its name begins with; the rest is this call's own.
 */
export async function newDatabase(name = "lab"): Promise<string> {
  const port = await made("postgres");
  const urlOf = (database: string): string => `postgres://postgres:secret@127.0.0.1:${port}/${database}`;
  const database = `${name}_${randomUUID().slice(0, 8)}`;
  const client = new pg.Client(urlOf("postgres"));
  await client.connect();
  await client.query(`create database ${database}`);
  await client.end();
  return urlOf(database);
}

/** Labs on a server. */
export async function onServer(): Promise<Place> {
  const urls = new Map<string, Promise<string>>();
  return {
    async open(name) {
      if (!urls.has(name)) urls.set(name, newDatabase(name));
      return await openServer(await urls.get(name)!);
    },
    [Symbol.asyncDispose]: async () => {},
  };
}
