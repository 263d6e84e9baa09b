/**
 * Data that are more than may be held: decoded into a file of the cache, found again there, and trained on as those in memory.
 */

import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { parseBytes } from "../../src/base/bytes.ts";
import { readData } from "../../src/data/node/read-data.ts";
import type { SplitsStore } from "../../src/data/planned.ts";
import { openLabContents } from "../../src/lab/contents.ts";
import { runRandomizationTest } from "../../src/lab/test.ts";
import { openExamplesStore } from "../../src/run/node/examples-store.ts";
import { loadDataset, openLibrary } from "../../src/run/node/library.ts";
import { identify } from "../../src/run/subject.ts";
import { splitsHash } from "../../src/train/prepare.ts";
import { paperRecipe } from "../../src/train/recipe.ts";
import { shatterHere } from "../cli/shatter.ts";

let [folder, photos, cache] = ["", "", ""];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "shatter-store-"));
  [photos, cache] = [join(folder, "photos"), join(folder, "cache")];
  vi.stubEnv("XDG_CACHE_HOME", cache);
  for (const [label, name] of ["cat", "dog"].entries()) {
    await mkdir(join(photos, name), { recursive: true });
    for (let index = 0; index < 20; index++) {
      const background = { r: 100 * label, g: 10 * index, b: 5 };
      const image = sharp({ create: { width: 6, height: 6, channels: 3, background } });
      await image.png().toFile(join(photos, name, `${index}.png`));
    }
  }
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

const MEMORY = 1000;
const store = (): SplitsStore => openExamplesStore(MEMORY, join(folder, "store"));
const contentsIn = async (place: string) =>
  (await readdir(place)).filter((name) => name.startsWith("sha256-"));

describe("a folder of images that is more than may be held", () => {
  test("has the hash, the name and the words of one in memory", async () => {
    const [held, streamed] = [await readData(photos), await readData(photos, store())];
    expect(await splitsHash(streamed.splits)).toBe(await splitsHash(held.splits));
    expect(streamed.splits.train).toMatchObject({ name: held.splits.train.name, title: "photos" });
    expect(streamed.splits.content!.path).toContain(join(folder, "store"));
    expect(streamed.understood.slice(0, -1)).toEqual(held.understood);
    expect(streamed.understood.at(-1)).toContain("more than the 1.0 kB that may be held (`memory`)");
  });

  test("is found again while its files are the same, and read anew when one is another", async () => {
    const { splits } = await readData(photos, store());
    const { mtimeMs } = await stat(splits.content!.path);
    const again = await readData(photos, store());
    expect(again.splits.content).toEqual(splits.content);
    const roomy = await readData(photos, { ...store(), memory: 2 ** 30 });
    expect(roomy.understood.at(-1)).toMatch(
      /were written to a file when less might be held: they are read from/,
    );
    expect((await stat(splits.content!.path)).mtimeMs).toBe(mtimeMs);
    const [file, old] = [join(photos, "cat", "3.png"), await readFile(join(photos, "cat", "3.png"))];
    await writeFile(file, await readFile(join(photos, "dog", "3.png")));
    const other = await readData(photos, store());
    expect(await splitsHash(other.splits)).not.toBe(await splitsHash(splits));
    expect(await splitsHash(other.splits)).toBe(await splitsHash((await readData(photos)).splits));
    await writeFile(file, old);
    expect((await contentsIn(join(folder, "store"))).length).toBe(2);
  });

  test("is written anew where what was remembered is gone or no file of examples", async () => {
    const { splits } = await readData(photos, store());
    await rm(splits.content!.path);
    expect((await readData(photos, store())).splits.content).toEqual(splits.content);
    await writeFile(splits.content!.path, "nothing");
    expect(await splitsHash((await readData(photos, store())).splits)).toBe(
      await splitsHash((await readData(photos)).splits),
    );
  });

  test("leaves out what cannot be read as one in memory does, or is refused", async () => {
    const broken = join(photos, "dog", "12.png");
    const old = await readFile(broken);
    await writeFile(broken, old.subarray(0, old.length - 20));
    await expect(readData(photos, store())).rejects.toThrow("1 file that cannot be read: dog/12.png");
    const reference = `${photos}?skip-unreadable`;
    const [held, streamed] = [await readData(reference), await readData(reference, store())];
    expect(await splitsHash(streamed.splits)).toBe(await splitsHash(held.splits));
    // The library's words for what is wrong with a file are not the same each time.
    const told = (lines: readonly string[]) => lines.map((line) => line.replace(/ \(.*\)$/, ""));
    expect(told(streamed.understood.slice(0, -1))).toEqual(told(held.understood));
    await writeFile(broken, old);
  });

  test("is refused where a file is changed while it is read", async () => {
    const slow: SplitsStore = {
      ...store(),
      write: async (planned) => {
        const written = await store().write(planned);
        await utimes(join(photos, "dog", "7.png"), 1, 1);
        return written;
      },
      find: async () => undefined,
    };
    await expect(readData(photos, slow)).rejects.toThrow("dog/7.png was changed while they were read");
  });
});

test("a table that is more than may be held is read whole, and trained on from a file", async () => {
  const path = join(folder, "table.csv");
  const rows = Array.from({ length: 200 }, (_, row) => `${row % 7},${row * 0.5},${row % 2 ? "yes" : "no"}`);
  await writeFile(path, `a,b,target\n${rows.join("\n")}\n`);
  const [held, streamed] = [
    await readData(`${path}?target=target`),
    await readData(`${path}?target=target`, store()),
  ];
  expect(await splitsHash(streamed.splits)).toBe(await splitsHash(held.splits));
  expect(streamed.splits.content).toBeDefined();
});

test("a test on streamed data comes to the result of one in memory", async () => {
  const options = {
    data: photos,
    recipe: { ...paperRecipe, epochs: 2, batch: 8, preprocess: "standardize" },
    escalations: 0,
    jobs: 1,
    threads: 1,
  } as const;
  const [held, streamed] = [
    await runRandomizationTest(options),
    await runRandomizationTest({ ...options, memory: MEMORY }),
  ];
  expect(streamed.trials.map(({ status }) => status)).toEqual(["done", "done"]);
  const told = ({ trials }: typeof held) => trials.map(({ seconds: _, ...trial }) => trial);
  expect(told(streamed)).toEqual(told(held));
  expect(streamed.verdict).toEqual(held.verdict);
});

test("a dataset with a name is read whole, and its trials are the same", async () => {
  const digits = { model: "linear", data: "digits", n: 300, testN: 100 };
  const { subject } = await identify(openLibrary(), { ...digits, memory: MEMORY }, paperRecipe);
  expect(subject.splits.train.name).toBe("digits");
  expect("inputs" in subject.splits.train).toBe(false);
  const held = await identify(openLibrary(), digits, paperRecipe);
  expect(await splitsHash(subject.splits)).toBe(await splitsHash(held.subject.splits));
});

test("what needs all examples in memory says what to do", async () => {
  await expect(loadDataset(photos, { memory: 400 })).rejects.toThrow(
    "needs all examples in memory, and 32 + 8 of them are more than may be held: ask for fewer (`n`, `testN`), or allow more `memory`",
  );
  expect((await loadDataset(photos, { memory: 400, n: 2, testN: 1 })).train.shape).toEqual([2, 3, 6, 6]);
});

test("a lab on a server refuses a file that its database does not take", async () => {
  const { splits } = await readData(photos, store());
  const tables = undefined as never;
  const { keep } = openLabContents({ tables, kind: "postgres" }, join(folder, "remote"), 1000);
  await expect(keep([splits.content!])).rejects.toThrow(
    /expected at most 1000 bytes .* to a lab on a server, got \d+; give fewer examples, or use a lab in a folder/,
  );
  const local = openLabContents({ tables, kind: "pglite" as never }, join(folder, "local"));
  await local.keep([splits.content!]);
  expect(await readFile(join(folder, "local", splits.content!.identity.replace(":", "-")))).toEqual(
    await readFile(splits.content!.path),
  );
});

test("the command line says where the examples are, and reads sizes", async () => {
  const { stdout, code } = await shatterHere(["data", "check", photos, "--memory", "1KiB"], {
    env: { XDG_CACHE_HOME: cache },
  });
  expect(code).toBe(0);
  expect(stdout).toContain("more than the 1.0 kB that may be held (--memory): they are read from");
  expect(stdout).toContain("train: 32 examples");
  expect(["512MiB", "2 GiB", "1.5kb", "7"].map(parseBytes)).toEqual([512 * 2 ** 20, 2 ** 31, 1500, 7]);
  for (const wrong of ["", "much", "-1", "1e3", "0", "3 XB"]) {
    expect(() => parseBytes(wrong)).toThrow("expected a size such as 512MiB or 2GiB");
  }
});
