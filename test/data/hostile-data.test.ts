import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { UsageError } from "../../src/base/errors.ts";
import { readArrays } from "../../src/data/node/read-arrays.ts";
import { readCifar100 } from "../../src/data/node/read-cifar100.ts";
import { readTable } from "../../src/data/node/read-table.ts";
import { USUAL, zipFile } from "./array-files.ts";
import { outcomeOf, writeSeeds } from "./mutant-outcome.ts";
import { mutantOf } from "./mutate.ts";
import { seedFiles } from "./seed-files.ts";

const folder = mkdtempSync(join(tmpdir(), "shatter-hostile-"));
afterAll(() => rmSync(folder, { recursive: true }));

const MUTANTS = 540;
const SEED = 17;

test(`${MUTANTS} mutants of every format are read, or refused with a place`, async () => {
  const seeds = await seedFiles();
  writeSeeds(folder, seeds);
  const ends = { read: 0, refused: 0 };
  for (let index = 0; index < MUTANTS; index++) {
    const { end } = await outcomeOf(folder, mutantOf(seeds, SEED, index));
    ends[end]++;
  }
  // Mutants that all were refused, or none, would show nothing.
  expect(ends.read).toBeGreaterThan(MUTANTS / 20);
  expect(ends.refused).toBeGreaterThan(MUTANTS / 20);
});

describe("hostile files", () => {
  const write = (name: string, bytes: Uint8Array | string): string => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };

  test("a bomb is refused by what its directory says, before it unfolds", async () => {
    const files = Array.from(
      { length: 5 },
      (_, at) => [`${at}`, new Uint8Array(), { size: 2 ** 29 }] as const,
    );
    const bomb = zipFile(
      files.map(([name, bytes]) => [name, bytes]),
      8,
    );
    // All say that they are of 512 MiB, which their packed bytes could hold.
    const view = new DataView(bomb.buffer);
    for (let at = 0; at + 4 < bomb.length; at++) {
      if (view.getUint32(at, true) !== 0x02014b50) continue;
      view.setUint32(at + 20, 2 ** 20, true);
      view.setUint32(at + 24, 2 ** 29, true);
    }
    const end = bomb.length - 22;
    view.setUint32(end + 16, view.getUint32(end + 16, true) + 5 * 2 ** 20, true);
    const padded = new Uint8Array(Buffer.concat([new Uint8Array(5 * 2 ** 20), bomb]));
    await expect(readArrays(write("bomb.npz", padded), USUAL)).rejects.toThrow(
      "expected at most 2147483647 bytes unpacked, got 2684354560",
    );
  });

  test("a hundred thousand columns are a matter of moments", async () => {
    const wide = Array.from({ length: 100_001 }, (_, at) => at).join();
    await expect(readTable(write("wide.csv", `${wide}\n${wide}\n`), USUAL)).rejects.toThrow(
      "are rows and columns exchanged?",
    );
  });

  test("a hundred thousand names are no classes", async () => {
    const rows = Array.from({ length: 100_000 }, (_, at) => `${at % 7},name ${at}`).join("\n");
    await expect(readTable(write("names.csv", `x,y\n${rows}`), USUAL)).rejects.toThrow(
      "got 100000 values in 100000 examples",
    );
    await expect(readTable(write("names.csv", `y,x\n${rows}`), USUAL)).rejects.toThrow(
      "got 100000 in 100000 rows",
    );
  });

  test("the target of CIFAR-100 is no property of every object", async () => {
    await expect(readCifar100(folder, { ...USUAL, target: "constructor" })).rejects.toThrow(UsageError);
  });
});
