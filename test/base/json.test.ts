import { describe, expect, test } from "vitest";
import { canonicalJson, type Json, sha256 } from "../../src/base/json.ts";

describe("canonicalJson", () => {
  test("sorts keys at every depth and writes no spaces", () => {
    expect(canonicalJson({ b: { d: 1, c: [2, { f: 3, e: 4 }] }, a: null })).toBe(
      '{"a":null,"b":{"c":[2,{"e":4,"f":3}],"d":1}}',
    );
  });

  test("sorts by UTF-16 code unit, as RFC 8785 does", () => {
    // The keys of the RFC's own example, section 3.2.3.
    const keys = ["\u20ac", "\r", "\ufb33", "1", "\ud83d\ude00", "\u0080", "\u00f6"];
    const sorted = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\ud83d\ude00", "\ufb33"];
    const text = canonicalJson(Object.fromEntries(keys.map((key) => [key, 0])));
    expect(Object.keys(JSON.parse(text) as object)).toEqual(expect.arrayContaining(sorted));
    const positions = sorted.map((key) => text.indexOf(JSON.stringify(key)));
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
  });

  test("leaves out absent members", () => {
    expect(canonicalJson({ a: undefined, b: 1 })).toBe('{"b":1}');
  });

  test.each([
    [-0, "0"],
    [1e21, "1e+21"],
    [0.1 + 0.2, "0.30000000000000004"],
    [5e-324, "5e-324"],
  ])("writes %d as ECMAScript does", (value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])("refuses %d, at any depth", (value) => {
    const message = `canonicalJson: expected finite numbers, got ${value}`;
    expect(() => canonicalJson(value)).toThrow(message);
    expect(() => canonicalJson({ a: [value] } as Json)).toThrow(message);
  });

  test("is the same whatever the order in which a spec was written", () => {
    expect(canonicalJson({ x: 1, y: [true, "é"] })).toBe(canonicalJson({ y: [true, "é"], x: 1 }));
  });
});

describe("sha256", () => {
  test.each([
    // FIPS 180-2, appendix B.1, and the empty message.
    ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
    ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
  ])("hashes %j as the standard says", async (text, hash) => {
    expect(await sha256(text)).toBe(hash);
  });

  test("hashes parts as their concatenation, strings as UTF-8", async () => {
    expect(await sha256("a", Uint8Array.of(0x62), "c")).toBe(await sha256("abc"));
    expect(await sha256("é")).toBe(await sha256(Uint8Array.of(0xc3, 0xa9)));
  });

  test("hashes a view by its own bytes", async () => {
    const bytes = new TextEncoder().encode("xabcx");
    expect(await sha256(bytes.subarray(1, 4))).toBe(await sha256("abc"));
    expect(await sha256()).toBe(await sha256(""));
  });
});
