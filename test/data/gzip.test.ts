import { describe, expect, test } from "vitest";
import { gunzip } from "../../src/data/gzip.ts";
import { gzip } from "./fixtures.ts";

const BYTES = Uint8Array.from({ length: 100_000 }, (_, i) => (i * i) % 251);

describe("gunzip", () => {
  test("unpacks what was packed", async () => {
    expect(await gunzip(await gzip(BYTES), BYTES.length, "a.gz")).toEqual(BYTES);
  });

  test("lets other bytes pass", async () => {
    expect(await gunzip(BYTES, BYTES.length, "a")).toBe(BYTES);
  });

  test("refuses a result over the limit, packed or not", async () => {
    const message = "a: expected at most 99999 bytes, got more; this is not the file it claims to be";
    await expect(gunzip(await gzip(BYTES), 99_999, "a")).rejects.toThrow(message);
    await expect(gunzip(BYTES, 99_999, "a")).rejects.toThrow(message);
  });

  test.each([
    ["truncated", (packed: Uint8Array) => packed.slice(0, -20)],
    ["altered", (packed: Uint8Array) => packed.map((byte, i) => (i === 500 ? byte ^ 255 : byte))],
    ["followed by zeros", (packed: Uint8Array) => Uint8Array.of(...packed, ...new Uint8Array(512))],
    ["empty after its first bytes", () => Uint8Array.of(0x1f, 0x8b)],
  ])("refuses a file that is %s", async (_, spoil) => {
    await expect(gunzip(spoil(await gzip(BYTES)), BYTES.length, "a.gz")).rejects.toThrow(
      "a.gz: expected a whole gzip file, got a corrupt or truncated one, or one with other bytes after it; fetch it again",
    );
  });
});
