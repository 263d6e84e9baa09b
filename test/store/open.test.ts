/**
 * What is refused when a lab is opened: in words that say what to do, and without the password.
 */

import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { describeUrl, openEmbedded, openServer } from "../../src/store/node/open.ts";
import { ownersAddress, requireLockable, takeOwnership } from "../../src/store/node/owner.ts";
import { emptyLab, newDatabase } from "./databases.ts";

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

const writeOwner = (lab: string, owner: object): void =>
  writeFileSync(join(lab, "owner.json"), JSON.stringify(owner));

/** A process that wants a lab, in namespaces of its own if told; whether it got it. It then holds it until it is killed. */
async function another(lab: string, namespaces: readonly string[] = []) {
  const program = [process.execPath, fileURLToPath(new URL("./owner.ts", import.meta.url)), lab];
  const [command, ...rest] = [...namespaces, ...program];
  const child = spawn(command!, rest, { stdio: ["pipe", "pipe", "inherit"] });
  const says = await new Promise<string>((resolve) =>
    child.stdout!.once("data", (data) => resolve(`${data}`)),
  );
  return {
    says,
    async kill(): Promise<void> {
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await gone;
    },
  };
}

/** What puts a process where a container would: with pids, a network and a host name of its own, and our files. */
const CONTAINER = "unshare --pid --fork --kill-child=SIGKILL --mount-proc --net --uts".split(" ");
const whyNoContainer = (): string | undefined => {
  const { status, stderr, error } = spawnSync(CONTAINER[0]!, [...CONTAINER.slice(1), "true"], {
    encoding: "utf8",
  });
  return status === 0 ? undefined : `unshare is not to be had here: ${error?.message ?? stderr}`;
};

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

  test("keeps out a process of another container with the same host name, and is kept out by it", async (context) => {
    const why = whyNoContainer();
    if (why !== undefined) return context.skip(why);
    const lab = labOf("containers");
    const owner = await takeOwnership(lab);
    const refused = await another(lab, CONTAINER);
    expect(refused.says).toContain(`process ${process.pid} in another container has it open; wait for it`);
    await refused.kill();
    await owner.release();
    const inside = await another(lab, CONTAINER);
    expect(inside.says).toBe("mine\n");
    expect(ownerOf(lab)).toMatchObject({ pid: 1, host: hostname() });
    await expect(takeOwnership(lab)).rejects.toThrow(
      "process 1 in another container has it open; wait for it",
    );
    // Its pid is one of ours, and its dashboard's address one of our network: neither is the owner's.
    writeOwner(lab, { ...ownerOf(lab), address: "http://127.0.0.1:4242" });
    expect(await ownersAddress(lab)).toBeUndefined();
    await inside.kill();
    await (await takeOwnership(lab)).release();
  });

  test("loses it at once when it is killed; until then, its dashboard can be asked", async () => {
    const lab = labOf("killed");
    const owner = await another(lab);
    writeOwner(lab, { ...ownerOf(lab), address: "http://127.0.0.1:4242" });
    expect(await ownersAddress(lab)).toBe("http://127.0.0.1:4242");
    await owner.kill();
    expect(await ownersAddress(lab)).toBeUndefined();
    const next = await takeOwnership(lab);
    expect(ownerOf(lab)).toMatchObject({ pid: process.pid, address: null });
    await next.release();
  });

  test.each([
    [
      "of a machine that was started anew or has another name",
      { host: "x", pid: process.pid, namespace: "", address: null },
    ],
    ["of a version without locks, which is gone", { host: hostname(), pid: 2 ** 22 + 1, address: null }],
    ["that says nothing", undefined],
  ])("leaves a file %s, which is in nobody's way", async (what, left) => {
    const lab = labOf(what);
    if (left) writeOwner(lab, left);
    else writeFileSync(join(lab, "owner.json"), "{");
    await (await takeOwnership(lab)).release();
  });

  test("may be a version without locks: one that runs, or of another machine, is never taken for dead", async () => {
    const lab = labOf("elsewhere");
    writeOwner(lab, { host: hostname(), pid: process.ppid, address: null });
    await expect(takeOwnership(lab)).rejects.toThrow(`process ${process.ppid} has it open; wait for it`);
    writeOwner(lab, { host: "another-host", pid: 1, address: null });
    await expect(takeOwnership(lab)).rejects.toThrow(
      `process 1 on another-host has it open; if that process is gone, remove ${join(lab, "owner.json")}`,
    );
  });

  test("is refused where other machines may have the folder, unless there are none", async () => {
    const lab = labOf("network");
    await expect(requireLockable(lab, 0x6969)).rejects.toThrow(
      "expected a file system of this machine alone, got NFS, where two machines may open one lab",
    );
    // This one is of a file system that the tests run on, and those are not shared.
    expect(await requireLockable(lab)).toBe(false);
    vi.stubEnv("SHATTER_SOLE_MACHINE", "1");
    expect(await requireLockable(lab, 0x6969)).toBe(true);
    vi.unstubAllEnvs();
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
    const cut = await emptyLab(join(folder, "cut"));
    rmSync(join(cut, "database", "global"), { recursive: true });
    await expect(openEmbedded(cut)).rejects.toThrow(/its database cannot be opened .*was left as it is/s);
    // And its folder is free for whoever mends it.
    expect(() => ownerOf(cut)).toThrow("ENOENT");
  });
});

describe("a lab on a server is refused", () => {
  let url: string;
  beforeAll(async () => {
    url = await newDatabase();
    const admin = new pg.Client(url);
    await admin.connect();
    await admin.query("create role guest login password 'guest'");
    await admin.query(`revoke create on database ${new URL(url).pathname.slice(1)} from public`);
    await admin.end();
  });

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
    expect(describeUrl(url)).toMatch(/^database 127\.0\.0\.1:\d+\/lab_\w+$/);
  });
});
