import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseNpy } from "../../src/data/npy.ts";
import { npyFile } from "./array-files.ts";

/** Written by NumPy: see scripts/data-fixtures.py. */
const FOLDER = join(import.meta.dirname, "..", "fixtures", "data", "npy");
const load = (name: string): Uint8Array => new Uint8Array(readFileSync(join(FOLDER, `${name}.npy`)));

const COUNTED = Array.from({ length: 24 }, (_, i) => i);
const NUMBERS = readdirSync(FOLDER)
  .map((file) => file.replace(".npy", ""))
  .filter((name) => /^(little-|big-)?[iuf][1248]$/.test(name));

describe("parseNpy reads what NumPy writes:", () => {
  test("there are files of all types", () => expect(NUMBERS).toHaveLength(15));

  test.each(NUMBERS)("%s", (name) => {
    const { shape, values } = parseNpy(load(name), name);
    expect(shape).toEqual([2, 3, 4]);
    expect([...values]).toEqual(COUNTED);
  });

  test("booleans as 0 and 1, which are no pixels", () => {
    const { type, values } = parseNpy(load("b1"), "a");
    expect([type, ...values]).toEqual(["bool", 0, ...COUNTED.slice(1).map(() => 1)]);
  });

  test("Fortran's order", () => {
    expect([...parseNpy(load("fortran"), "a").values]).toEqual(COUNTED);
  });

  test("texts", () => {
    expect(parseNpy(load("texts"), "a").values).toEqual(["ant", "bee", "é😀"]);
    expect(parseNpy(load("bytes"), "a").values).toEqual(["ant", "b"]);
  });

  test.each([2, 3])("version %i, whose header's length has four bytes", (version) => {
    const bytes = npyFile("'|u1'", "(2,)", Uint8Array.of(7, 8));
    const later = Uint8Array.of(...bytes.subarray(0, 10).with(6, version), 0, 0, ...bytes.subarray(10));
    expect([...parseNpy(later, "a").values]).toEqual([7, 8]);
  });

  test("half precision: infinity, the smallest number, a negative one", () => {
    const bytes = npyFile("'<f2'", "(3,)", Uint8Array.of(0, 0x7c, 1, 0, 0, 0xc1));
    expect([...parseNpy(bytes, "a").values]).toEqual([Number.POSITIVE_INFINITY, 2 ** -24, -2.5]);
  });
});

describe("parseNpy refuses", () => {
  test.each([
    [
      "objects",
      'a: expected numbers or texts, got the type "|O": Python objects, which only Python can read',
    ],
    ["records", "a: expected numbers or texts, got records with fields: save each field"],
    ["complex", 'a: expected numbers or texts, got the type "<c8": complex numbers'],
    ["dates", 'a: expected numbers or texts, got the type "<M8[D]"'],
  ])("%s", (name, message) => expect(() => parseNpy(load(name), "a")).toThrow(message));

  const good = npyFile("'|u1'", "(2, 3)", new Uint8Array(6));
  test.each([
    [
      "another file",
      new TextEncoder().encode("hello"),
      "got other bytes at its beginning; write it with numpy.save",
    ],
    ["nothing", new Uint8Array(), "got other bytes at its beginning"],
    ["half a header", good.slice(0, 30), "got a header that is truncated"],
    ["a version to come", good.with(6, 9), "got version 9.0, and 1.0 to 3.0 are known"],
    ["a cut body", good.slice(0, -1), "expected 6 bytes for [2, 3] of uint8, got 5; the file is truncated"],
    ["a long body", Uint8Array.of(...good, 1), "got 7; the file is oversized"],
    [
      "a negative size",
      npyFile("'|u1'", "(-2, 3)", new Uint8Array(6)),
      "without descr, fortran_order or shape",
    ],
    [
      "a huge size",
      npyFile("'|u1'", "(99999999999999999999,)", new Uint8Array(6)),
      "a shape beyond any memory",
    ],
    [
      "huge sizes",
      npyFile("'|u1'", "(4294967296, 4294967296)", new Uint8Array(6)),
      "a shape beyond any memory",
    ],
    [
      "a size that wraps around",
      npyFile("'<f8'", "(536870912, 1)", new Uint8Array(0)),
      "expected 4294967296 bytes",
    ],
    ["128 bits", npyFile("'<f16'", "(1,)", new Uint8Array(16)), 'got the type "<f16": save it as float32'],
    ["code", npyFile("__import__('os')", "(1,)", new Uint8Array(1)), "without descr"],
    [
      "no text",
      npyFile("'<U1'", "(1,)", Uint8Array.of(255, 255, 255, 255)),
      "bytes that are none in element 0",
    ],
  ])("%s", (_, bytes, message) => expect(() => parseNpy(bytes, "a")).toThrow(message));
});
