import { describe, expect, test } from "vitest";
import { listZip } from "../../src/data/zip.ts";
import { zipFile } from "./array-files.ts";

const LIMITS = { entries: 10, bytes: 1_000_000 };
const hello = new TextEncoder().encode("hello, hello, hello");

async function readAll(bytes: Uint8Array): Promise<Uint8Array[]> {
  return await Promise.all(listZip(bytes, LIMITS, "a.zip").map((entry) => entry.read()));
}

describe("listZip", () => {
  test.each([0, 8] as const)("reads entries of method %i", async (method) => {
    const bytes = zipFile(
      [
        ["a", hello],
        ["b", Uint8Array.of(1)],
        ["c", new Uint8Array()],
      ],
      method,
    );
    expect(listZip(bytes, LIMITS, "a.zip").map(({ name, size }) => [name, size])).toEqual([
      ["a", 19],
      ["b", 1],
      ["c", 0],
    ]);
    expect(await readAll(bytes)).toEqual([hello, Uint8Array.of(1), new Uint8Array()]);
  });

  test.each([
    ["no archive", hello, "without its directory"],
    ["a cut archive", zipFile([["a", hello]]).slice(0, -10), "without its directory"],
    [
      "too many entries",
      zipFile(Array.from({ length: 11 }, (_, i) => [String(i), hello])),
      "11 entries, and 10 are read",
    ],
    [
      "too many bytes",
      zipFile([["a", new Uint8Array(1_000_001)]]),
      "at most 1000000 bytes unpacked, got 1000001",
    ],
    [
      "a name twice",
      zipFile([
        ["a", hello],
        ["a", hello],
      ]),
      'a.zip: "a": expected each name once',
    ],
    ["a parent folder", zipFile([["../a", hello]]), 'a.zip: "../a": expected a name within the archive'],
    ["an absolute name", zipFile([["/a", hello]]), "expected a name within the archive"],
    ["a drive", zipFile([["C:\\a", hello]]), "expected a name within the archive"],
    ["a password", zipFile([["a", hello, { flags: 1 }]]), "got encrypted ones"],
    ["another method", zipFile([["a", hello, { method: 12 }]]), "got packing method 12"],
    ["a promise that no packing keeps", zipFile([["a", hello, { size: 900_000 }]]), "which they cannot"],
    ["less than it says", zipFile([["a", hello, { size: 20 }]]), "a.zip: a: expected 20 bytes of checksum"],
    [
      "more than it says",
      zipFile([["a", hello, { size: 18 }]]),
      "a.zip: a: expected at most 18 bytes, got more",
    ],
    ["another checksum", zipFile([["a", hello, { crc: 1 }]]), "expected 19 bytes of checksum 1, got others"],
  ] as const)("refuses %s", async (_, bytes, message) => {
    await expect(async () => await readAll(bytes)).rejects.toThrow(message);
  });

  test("refuses entries that overlap, as a bomb's do", async () => {
    const one = zipFile([["a", new Uint8Array(1000).map((_, i) => i * 7)]], 0);
    const end = one.length - 22;
    const entry = one.subarray(1000 + 31, end);
    const bytes = new Uint8Array(
      Buffer.concat([one.subarray(0, 1031), entry, entry.with(46, 0x62), one.subarray(end)]),
    );
    bytes[bytes.length - 12] = 2;
    await expect(async () => await readAll(bytes)).rejects.toThrow("got ones that overlap");
  });
});
