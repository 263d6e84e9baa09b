import { execFileSync, spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { writeDraft } from "../../src/disk/drafts.ts";
import { requireFolder } from "../../src/disk/folders.ts";
import { checkpointFolder, openCheckpoints } from "../../src/run/node/checkpoints.ts";
import { leaveDraft } from "../disk/drafts.ts";
import { checkpointOf, TRIAL } from "./checkpoint-fixture.ts";

const OTHER = "fedcba9876543210";
const NEWEST = `${TRIAL}.safetensors`;
const PREVIOUS = `${TRIAL}.previous.safetensors`;
const UNUSABLE = `${TRIAL}.unusable.safetensors`;

let folder: string;
let warnings: string[];
const warn = (text: string): void => void warnings.push(text);
const open = (program = "the test") => openCheckpoints({ folder, seconds: 0 }, program);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "shatter-checkpoints-"));
  warnings = [];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("openCheckpoints", () => {
  test("gives back the newest checkpoint, and keeps the one before it", async () => {
    const checkpoints = open();
    expect(await checkpoints.read(TRIAL, warn)).toBeUndefined();
    for (const step of [1, 2, 3]) await checkpoints.write(checkpointOf(step), warn);
    expect(await checkpoints.read(TRIAL, warn)).toEqual(checkpointOf(3));
    expect((await readdir(folder)).sort()).toEqual([PREVIOUS, NEWEST]);
    expect(warnings).toEqual([]);
  });

  test("makes its folder, and keeps trials apart", async () => {
    const checkpoints = openCheckpoints({ folder: join(folder, "a", "b"), seconds: 0 }, "the test");
    await checkpoints.write(checkpointOf(1), warn);
    await checkpoints.write({ ...checkpointOf(2), trial: OTHER }, warn);
    expect((await checkpoints.read(TRIAL, warn))?.step).toBe(1);
    await checkpoints.remove(TRIAL);
    expect(await readdir(join(folder, "a", "b"))).toEqual([`${OTHER}.safetensors`]);
  });

  test("keeps of a trial that has ended its outcome only", async () => {
    const checkpoints = open();
    for (const step of [1, 2]) await checkpoints.write(checkpointOf(step), warn);
    const ended = { ...checkpointOf(0, { ended: true }), tensors: [] };
    await checkpoints.write(ended, warn);
    expect(await readdir(folder)).toEqual([NEWEST]);
    expect(await checkpoints.read(TRIAL, warn)).toEqual(ended);
  });

  test.each([
    ["empty", (bytes: Buffer) => bytes.subarray(0, 0)],
    ["cut off in its header", (bytes: Buffer) => bytes.subarray(0, 100)],
    ["cut off in its data", (bytes: Buffer) => bytes.subarray(0, bytes.length - 1)],
    ["zero from its middle on", (bytes: Buffer) => Buffer.from(bytes).fill(0, bytes.length >> 1)],
    [
      "wrong in one bit",
      (bytes: Buffer) => Buffer.from(bytes.map((byte, at) => (at === bytes.length - 9 ? byte ^ 4 : byte))),
    ],
  ])("goes back to the one before when the newest is %s, and names it", async (_, damage) => {
    for (const step of [1, 2]) await open().write(checkpointOf(step), warn);
    const path = join(folder, NEWEST);
    await writeFile(path, damage(await readFile(path)));
    expect(await open().read(TRIAL, warn)).toEqual(checkpointOf(1));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(`checkpoint ${path} cannot be used (`);
    expect(warnings[0]).toContain("; the trial goes on from the checkpoint before");
    // The next one takes the place of the damaged one, and not of the whole one.
    await open().write(checkpointOf(3), warn);
    expect((await readdir(folder)).sort()).toEqual([PREVIOUS, NEWEST, UNUSABLE]);
    await writeFile(path, "");
    expect(await open().read(TRIAL, warn)).toEqual(checkpointOf(1));
  });

  test("begins anew when none can be used, and says why of each", async () => {
    for (const step of [1, 2]) await open().write(checkpointOf(step), warn);
    expect(await open("another program").read(TRIAL, warn)).toBeUndefined();
    expect(warnings).toHaveLength(1);
    expect(warnings[0]!.match(/expected program another program, got the test/g)).toHaveLength(2);
    expect(warnings[0]).toContain("; the trial begins anew");
    expect(await open().read(TRIAL, warn)).toBeUndefined();
    expect(warnings).toHaveLength(1);
  });

  test("goes back to the one before when a process died between two renamings", async () => {
    for (const step of [1, 2]) await open().write(checkpointOf(step), warn);
    await rm(join(folder, NEWEST));
    expect(await open().read(TRIAL, warn)).toEqual(checkpointOf(1));
    expect(warnings).toEqual([]);
  });

  test("clears away what killed processes left half written, and nothing of living ones", async () => {
    await leaveDraft(join(folder, NEWEST));
    const living = await writeDraft(join(folder, `${OTHER}.safetensors`), "half");
    await open().read(TRIAL, warn);
    expect(await readdir(folder)).toEqual([basename(living)]);
  });

  test("says once that nothing can be written, and keeps what there is", async () => {
    const checkpoints = openCheckpoints({ folder: join(folder, "file"), seconds: 0 }, "the test");
    await writeFile(join(folder, "file"), "not a folder");
    for (const step of [1, 2]) await checkpoints.write(checkpointOf(step), warn);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain("cannot be written (EEXIST");
    expect(warnings[0]).toContain("training goes on");
  });

  test.each([
    "",
    "../0123456789abcdef",
    "0123456789ABCDEF",
    "0123456789abcdef0",
    "a/b",
  ])("refuses %j as a trial's id", async (trial) => {
    await expect(open().read(trial, warn)).rejects.toThrow("expected a trial id of 16 hexadecimal digits");
    await expect(open().remove(trial)).rejects.toThrow(`got "${trial}"`);
    await expect(open().write({ ...checkpointOf(1), trial }, warn)).rejects.toThrow(RangeError);
    expect(await readdir(folder)).toEqual([]);
  });

  const canMount = spawnSync("unshare", ["-rm", "mount", "-t", "tmpfs", "none", tmpdir()]).status === 0;
  test.skipIf(!canMount)("keeps the older checkpoint when the disk is full, and says so once", async () => {
    const script = 'mount -t tmpfs -o size=256k none "$1" && exec "$2" "$3" "$1"';
    const program = fileURLToPath(new URL("../lab/full-disk.ts", import.meta.url));
    const args = ["-rm", "sh", "-c", script, "sh", folder, process.execPath, program];
    const said = JSON.parse(execFileSync("unshare", args, { encoding: "utf8" }));
    expect(said.found).toBe(1);
    expect(said.names).toEqual([NEWEST]);
    expect(said.warnings).toHaveLength(1);
    expect(said.warnings[0]).toContain("cannot be written (ENOSPC");
  });
});

describe("checkpointFolder", () => {
  test("is the one given, or the environment's, or in the cache folder", () => {
    expect(checkpointFolder("/a/b")).toBe("/a/b");
    const before = process.env["SHATTER_CHECKPOINTS"];
    process.env["SHATTER_CHECKPOINTS"] = "/c";
    expect(checkpointFolder()).toBe("/c");
    process.env["SHATTER_CHECKPOINTS"] = "";
    expect(checkpointFolder()).toMatch(/shatter.*checkpoints$/);
    if (before === undefined) delete process.env["SHATTER_CHECKPOINTS"];
    else process.env["SHATTER_CHECKPOINTS"] = before;
  });
});

describe("requireFolder", () => {
  test("makes the folder and leaves it empty", async () => {
    await mkdir(join(folder, "a"));
    await requireFolder("checkpoints", join(folder, "a", "b", "c"));
    expect(await readdir(join(folder, "a", "b", "c"))).toEqual([]);
  });

  test.each(["/proc/shatter/a", "/dev/null/a"])("refuses %s, saying why", async (path) => {
    await expect(requireFolder("checkpoints", path)).rejects.toThrow(
      `checkpoints: expected a folder to write to, got ${path}: `,
    );
  });
});
