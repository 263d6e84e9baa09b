import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { writeWhole } from "../../src/disk/whole-files.ts";
import { openTrialStore } from "../../src/lab/trial-files.ts";
import { conditionAt } from "../../src/paper/scales.ts";
import type { StoredTrial } from "../../src/run/trial-result.ts";
import { provenance, row, trialOf } from "../paper/fixture.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "shatter-store-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A trial that could be kept. */
async function trial(seed = 0): Promise<StoredTrial> {
  const known = await trialOf(conditionAt({ scale: "paper" }, "mlp-1x512"), [row(3, 0.01, 1)], { seed });
  return { schema: "shatter/trial-result@1", ...known, provenance };
}

/** A store, and what it puts aside. */
function open() {
  const messages: string[] = [];
  return { store: openTrialStore(folder, (message) => messages.push(message)), messages };
}

describe("the trials of a lab", () => {
  test("come back as they were kept, in a file each, with nothing beside", async () => {
    const { store, messages } = open();
    const [first, second] = [await trial(0), await trial(1)];
    await store.write(first);
    await store.write(second);
    expect(await store.read(first.result.id)).toMatchObject({ spec: first.spec });
    expect((await store.all()).map(({ spec }) => spec.seed).sort()).toEqual([0, 1]);
    expect(readdirSync(folder).sort()).toEqual(
      [first, second].map(({ result }) => `${result.id}.json`).sort(),
    );
    expect(messages).toEqual([]);
  });

  test("are none where nothing was ever kept", async () => {
    const store = openTrialStore(join(folder, "nowhere"));
    expect(await store.all()).toEqual([]);
    expect(await store.read("0123456789abcdef")).toBeUndefined();
  });

  test.each([
    ["half a file", (text: string) => text.slice(0, 200), /expected JSON, got 200 characters that are not/],
    [
      "a file of another version",
      (text: string) => text.replace("trial-result@1", "trial-result@2"),
      /expected schema "shatter\/trial-result@1", got "shatter\/trial-result@2"/,
    ],
    [
      "a file that lacks something",
      (text: string) => text.replace('"status"', '"stat"'),
      /expected a trial, but result.status is not right/,
    ],
    [
      "an edited spec",
      (text: string) => text.replace('"weightDecay": 0,', '"weightDecay": 0.1,'),
      /expected the trial of its name, got trial [0-9a-f]{16}/,
    ],
  ])("put %s aside by name, and count it as not done", async (_, damage, complaint) => {
    const { store, messages } = open();
    const kept = await trial();
    await store.write(kept);
    const path = join(folder, `${kept.result.id}.json`);
    const damaged = damage(readFileSync(path, "utf8"));
    writeFileSync(path, damaged);
    expect(await store.all()).toEqual([]);
    expect(messages).toHaveLength(1);
    expect(messages[0]).toMatch(path);
    expect(messages[0]).toMatch(complaint);
    // Nothing is lost, and the place is free.
    const [aside] = readdirSync(folder);
    expect(readFileSync(join(folder, aside!), "utf8")).toBe(damaged);
    await store.write(kept);
    expect(await store.all()).toHaveLength(1);
  });

  test("can be written by several at once", async () => {
    const kept = await trial();
    await Promise.all(Array.from({ length: 20 }, () => open().store.write(kept)));
    expect(readdirSync(folder)).toEqual([`${kept.result.id}.json`]);
    expect(await open().store.all()).toHaveLength(1);
  });

  test("are not taken from files with other names", async () => {
    writeFileSync(join(folder, "notes.json"), "{}");
    writeFileSync(join(folder, "0123456789abcdef.json.tmp"), "{}");
    const { store, messages } = open();
    expect(await store.all()).toEqual([]);
    expect(messages).toEqual([]);
  });
});

describe("writing", () => {
  test("says where and why it is refused, and leaves nothing", async () => {
    writeFileSync(join(folder, "file"), "");
    await expect(writeWhole(join(folder, "file", "below.json"), "{}")).rejects.toThrow(
      `cannot write ${join(folder, "file", "below.json")}: there is a file of that name (EEXIST); choose another folder`,
    );
    expect(readdirSync(folder)).toEqual(["file"]);
  });

  test("makes its folder, even if several do so at once", async () => {
    const deep = join(folder, "a", "b", "c");
    await Promise.all(Array.from({ length: 20 }, (_, index) => writeWhole(join(deep, `${index}`), "")));
    expect(readdirSync(deep)).toHaveLength(20);
  });
});
