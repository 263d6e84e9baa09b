import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { sweepDrafts, writeDraft } from "../../src/disk/drafts.ts";
import { requireFolder } from "../../src/disk/folders.ts";
import { requireFile, writeWhole } from "../../src/disk/whole-files.ts";
import { leaveDraft } from "./drafts.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "shatter-files-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("writeWhole", () => {
  test("leaves the old file, and nothing beside it, when the new one cannot be finished", async () => {
    const path = join(folder, "result.json");
    await writeWhole(path, "old");
    const pieces = function* () {
      yield Uint8Array.of(1, 2, 3);
      throw Object.assign(new Error("no space left"), { code: "ENOSPC" });
    };
    await expect(writeWhole(path, pieces())).rejects.toThrow(
      `cannot write ${path}: the disk is full (ENOSPC); free some space, or choose a folder on another disk`,
    );
    expect(await readdir(folder)).toEqual(["result.json"]);
    expect(await readFile(path, "utf8")).toBe("old");
  });

  test("follows a link, which stays one", async () => {
    await writeWhole(join(folder, "a", "real"), "old");
    await symlink(join(folder, "a", "real"), join(folder, "link"));
    await writeWhole(join(folder, "link"), "new");
    expect(await readFile(join(folder, "a", "real"), "utf8")).toBe("new");
    expect(await readdir(folder)).toEqual(["a", "link"]);
  });

  test.runIf(process.platform === "linux")("writes into a device, instead of replacing it", async () => {
    await writeWhole("/dev/null", "gone");
    await expect(writeWhole("/dev/full", "gone")).rejects.toThrow("the disk is full (ENOSPC)");
    expect((await readdir("/dev")).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });
});

describe("requireFile", () => {
  test("makes its folder, and leaves nothing there", async () => {
    await requireFile("--json", join(folder, "a", "b", "result.json"));
    expect(await readdir(join(folder, "a", "b"))).toEqual([]);
    await requireFile("--json", "/dev/null");
  });

  test("refuses a folder in its place, and one that is a file", async () => {
    await mkdir(join(folder, "taken"));
    await expect(requireFile("--json", join(folder, "taken"))).rejects.toThrow(
      `--json: cannot write ${join(folder, "taken")}: there is a folder of that name (EISDIR)`,
    );
    await writeFile(join(folder, "file"), "");
    await expect(requireFile("--json", join(folder, "file", "result.json"))).rejects.toThrow(
      `--json: expected a folder to write to, got ${join(folder, "file")}`,
    );
  });

  test.skipIf(process.getuid?.() === 0)("refuses a file that is protected", async () => {
    const path = join(folder, "protected");
    await writeFile(path, "");
    await chmod(path, 0o444);
    await expect(requireFile("--json", path)).rejects.toThrow("no permission to write there (EACCES)");
  });
});

describe("sweepDrafts", () => {
  test("removes the drafts of dead processes, and nothing else", async () => {
    const mine = await writeDraft(join(folder, "index.html"), "half");
    await leaveDraft(join(folder, "index.html"));
    // Of another machine, one since yesterday, one since now.
    const others = ["old", "new"].map((name) => join(folder, `${name}.1-00000000-00000000.tmp`));
    for (const path of others) await writeFile(path, "half");
    await utimes(others[0]!, new Date(0), new Date(0));
    await writeFile(join(folder, "notes.tmp"), "mine");
    await writeFile(join(folder, "notes.1234.tmp"), "mine");
    await sweepDrafts(folder);
    const left = ["notes.tmp", "notes.1234.tmp", basename(mine), basename(others[1]!)].sort();
    expect((await readdir(folder)).sort()).toEqual(left);
    await rm(mine);
    await requireFolder("result", folder);
    expect(await readdir(folder)).toHaveLength(3);
  });
});
