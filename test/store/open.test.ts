/**
 * What is refused when a lab is opened: in words that say what to do, and without the password.
 */

import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeUrl, openEmbedded, openServer } from "../../src/store/open.ts";
import { takeOwnership } from "../../src/store/open-owner.ts";
import { type Server, startServer } from "./databases.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "shatter-open-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const labOf = (name: string): string => {
  const lab = join(folder, name);
  mkdirSync(lab, { recursive: true });
  return lab;
};

/** What the file of an owner says. */
const ownerOf = (lab: string) => JSON.parse(readFileSync(join(lab, "owner.json"), "utf8"));

/** The pid of a process that is gone. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ["-e", ""]);
  const pid = child.pid!;
  await new Promise((resolve) => child.once("exit", resolve));
  return pid;
}

describe("the owner of a lab", () => {
  test("keeps others out, and says where its dashboard is", async () => {
    const lab = labOf("kept");
    const owner = await takeOwnership(lab);
    await expect(takeOwnership(lab)).rejects.toThrow(`process ${process.pid} has it open; wait for it`);
    await owner.announce("http://127.0.0.1:4242");
    await expect(takeOwnership(lab)).rejects.toThrow(
      "its dashboard is at http://127.0.0.1:4242; wait for it",
    );
    await owner.release();
    await (await takeOwnership(lab)).release();
  });

  test("loses it when its process is gone", async () => {
    const lab = labOf("dead");
    const dead = { id: "x", host: hostname(), pid: await deadPid(), began: "long ago", address: null };
    writeFileSync(join(lab, "owner.json"), JSON.stringify(dead));
    const owner = await takeOwnership(lab);
    expect(ownerOf(lab).pid).toBe(process.pid);
    await owner.release();
  });

  test("is not taken for another process that was given its pid", async () => {
    const lab = labOf("pid");
    const other = { id: "x", host: hostname(), pid: process.pid, began: "another boot 1", address: null };
    writeFileSync(join(lab, "owner.json"), JSON.stringify(other));
    await (await takeOwnership(lab)).release();
  });

  test("on another machine is never taken for dead", async () => {
    const lab = labOf("elsewhere");
    const other = { id: "x", host: "another-host", pid: 1, began: "", address: null };
    writeFileSync(join(lab, "owner.json"), JSON.stringify(other));
    await expect(takeOwnership(lab)).rejects.toThrow(
      `process 1 on another-host has it open; if that process is gone, remove ${join(lab, "owner.json")}`,
    );
  });

  test("is one, however many want a dead one's place", async () => {
    for (let round = 0; round < 5; round++) {
      const lab = labOf(`race-${round}`);
      const dead = { id: "x", host: hostname(), pid: await deadPid(), began: "long ago", address: null };
      writeFileSync(join(lab, "owner.json"), JSON.stringify(dead));
      const claims = await Promise.allSettled(Array.from({ length: 8 }, () => takeOwnership(lab)));
      const owners = claims.filter((claim) => claim.status === "fulfilled");
      expect(owners).toHaveLength(1);
      await owners[0]!.value.release();
    }
  });

  test("is refused a file that says nothing", async () => {
    const lab = labOf("garbled");
    writeFileSync(join(lab, "owner.json"), "{");
    await expect(takeOwnership(lab)).rejects.toThrow(
      "cannot be read, so it is not known who has the lab open",
    );
  });
});

describe("a lab in a folder is refused", () => {
  test("files of another PostgreSQL, and left as they are", async () => {
    const lab = labOf("version");
    mkdirSync(join(lab, "database"));
    writeFileSync(join(lab, "database", "PG_VERSION"), "15\n");
    await expect(openEmbedded(lab)).rejects.toThrow("expected files of PostgreSQL 18, got 15");
    expect(readFileSync(join(lab, "database", "PG_VERSION"), "utf8")).toBe("15\n");
  });

  test("a database that was cut in two", async () => {
    const lab = labOf("whole");
    await (await openEmbedded(lab))[Symbol.asyncDispose]();
    const cut = join(folder, "cut");
    cpSync(lab, cut, { recursive: true });
    rmSync(join(cut, "database", "global"), { recursive: true });
    await expect(openEmbedded(cut)).rejects.toThrow(/its database cannot be opened .*was left as it is/s);
    // And its folder is free for whoever mends it.
    expect(() => ownerOf(cut)).toThrow("ENOENT");
  });
});

describe("a lab on a server is refused", () => {
  let server: Server;
  let url: string;
  beforeAll(async () => {
    server = await startServer();
    url = await server.url("lab");
    const admin = new pg.Client(url);
    await admin.connect();
    await admin.query("create role guest login password 'guest'");
    await admin.query("revoke create on database lab from public");
    await admin.end();
  }, 60_000);
  afterAll(async () => await server[Symbol.asyncDispose]());

  const changed = (change: (url: URL) => void): string => {
    const other = new URL(url);
    change(other);
    return other.href;
  };

  test.each([
    ["where nothing listens", (other: URL) => void (other.port = "1"), "nothing answers there"],
    ["a wrong password", (other: URL) => void (other.password = "hunter2"), "the password was refused"],
    [
      "an unknown database",
      (other: URL) => void (other.pathname = "/nope"),
      "there is no database of that name",
    ],
    [
      "to a user who may not create schemas",
      (other: URL) => {
        other.username = "guest";
        other.password = "guest";
      },
      "this user may not create the schemas shatter and shatter_queue: grant CREATE on the database",
    ],
  ])("%s", async (_, change, message) => {
    const refused = openServer(changed(change));
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.not.toThrow(/hunter2|guest|secret/);
  });

  test.each([
    [
      "not a url",
      "expected postgres://host:port/database with user:password@ before the host, got something that is not a URL",
    ],
    ["postgres://me:1/hunter2@db/lab", "expected a user and a password in which / is written %2F"],
    ["mysql://root:hunter2@localhost/x", "expected one that begins with postgres://, got mysql://"],
  ])("%s", (text, message) => {
    expect(() => describeUrl(text)).toThrow(message);
    expect(() => describeUrl(text)).not.toThrow("hunter2");
  });

  test("no words for its password", () => {
    expect(describeUrl(url)).toMatch(/^database 127\.0\.0\.1:\d+\/lab$/);
  });
});
