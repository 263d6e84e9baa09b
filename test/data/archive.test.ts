import { describe, expect, test } from "vitest";
import { unpack } from "../../src/data/node/archive.ts";
import { type Entry, gzip, tarGz } from "./fixtures.ts";

const LARGE = Uint8Array.from({ length: 300_000 }, (_, i) => (i * i) % 251);
const WANTED = [
  { name: "a.bin", limit: 300_000 },
  { name: "b.bin", limit: 10 },
];

/** The header of an entry of no bytes, as far as it is read. */
function tarHeader(name: string, type: string): Uint8Array {
  const header = new Uint8Array(512);
  const put = (at: number, text: string): void => header.set(new TextEncoder().encode(text), at);
  put(0, name);
  put(124, "00000000000");
  put(156, type);
  put(257, "ustar\u000000");
  return header;
}

/** A header with its checksum: the sum of its bytes, with spaces in the place of the sum itself. */
function checksummed(header: Uint8Array): Uint8Array {
  const bytes = header.slice().fill(0x20, 148, 156);
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.set(new TextEncoder().encode(`${sum.toString(8).padStart(6, "0")}\0 `), 148);
  return bytes;
}

describe("unpack", () => {
  test("takes the wanted files, wherever they lie, and passes over the rest", async () => {
    const archive = await tarGz([
      ["batches/", "", "directory"],
      ["batches/readme.html", "read me"],
      ["batches/a.bin", LARGE],
      ["../../etc/b.bin", "bbb"],
      ["batches/evil", "", "symlink"],
    ]);
    const files = await unpack(archive, WANTED, "x.tar.gz");
    expect([...files.keys()].sort()).toEqual(["a.bin", "b.bin"]);
    expect(files.get("a.bin")).toEqual(LARGE);
    expect(new TextDecoder().decode(files.get("b.bin"))).toBe("bbb");
  });

  test.each<[string, readonly Entry[], string]>([
    ["without a file", [["a.bin", "a"]], "x.tar.gz: expected an archive that holds b.bin, got one without"],
    [
      "with a link in place of a file",
      [
        ["a.bin", "a"],
        ["b.bin", "", "symlink"],
      ],
      "x.tar.gz: expected an archive that holds b.bin, got one without",
    ],
    [
      "with a file that is too long",
      [["b.bin", "b".repeat(11)]],
      "x.tar.gz: expected one b.bin of at most 10 bytes, got one of 11",
    ],
    [
      "with a file twice",
      [
        ["b.bin", "b"],
        ["other/b.bin", "b"],
      ],
      "x.tar.gz: expected one b.bin of at most 10 bytes, got one of 1 besides another",
    ],
    [
      "that unfolds to far more",
      [["zeros", new Uint8Array(4_000_000)]],
      "x.tar.gz: expected an archive of at most 1348586 bytes, got more",
    ],
  ])("refuses an archive %s", async (_, entries, message) => {
    await expect(unpack(await tarGz(entries), WANTED, "x.tar.gz")).rejects.toThrow(
      expect.objectContaining({ name: "DataError", message }),
    );
  });

  test.each([
    ["truncated", (archive: Uint8Array) => archive.slice(0, 500)],
    ["no gzip", () => new TextEncoder().encode("<html>404</html>")],
  ])("refuses an archive that is %s", async (_, spoil) => {
    const archive = await tarGz([["a.bin", LARGE]]);
    await expect(unpack(spoil(archive), WANTED, "x.tar.gz")).rejects.toThrow(/^x\.tar\.gz: expected /);
  });

  test.each([
    "0",
    "2",
  ])("refuses an entry of type %s whose size is no number, and does not wait", async (type) => {
    const tar = tarHeader("a.bin", type);
    // A size in base 256 begins with 0x80, or 0xff if it is below zero.
    tar[124] = 0x81;
    const archive = await gzip(Uint8Array.of(...checksummed(tar), ...new Uint8Array(1024)));
    await expect(unpack(archive, WANTED, "x.tar.gz")).rejects.toThrow(
      expect.objectContaining({
        name: "DataError",
        message: "x.tar.gz: expected a size in bytes for a.bin, got none that is a whole number",
      }),
    );
  });

  test("refuses gzip that holds no tar", async () => {
    const noise = LARGE.map((byte, i) => byte ^ (i >> 3));
    await expect(unpack(await gzip(noise), WANTED, "x.tar.gz")).rejects.toThrow(
      /^x\.tar\.gz: expected a whole \.tar\.gz archive, got a corrupt one \(.+\)$/,
    );
  });
});
