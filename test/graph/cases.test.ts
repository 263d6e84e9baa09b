/**
 * @file No operation goes untested: each has cases, and the cases are what they say.
 */

import { describe, expect, test } from "vitest";
import { operations } from "../../src/graph/ops/index.ts";
import { cases, nameOf } from "./cases.ts";

describe("the cases", () => {
  test.each([...operations.keys()])("cover %s", (operation) => {
    expect(cases.filter((given) => given.operation === operation).length).toBeGreaterThan(0);
  });

  test("are of known operations and have names of their own", () => {
    expect(cases.filter(({ operation }) => !operations.has(operation))).toEqual([]);
    expect(new Set(cases.map(nameOf)).size).toBe(cases.length);
  });
});
