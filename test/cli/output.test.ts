import { afterEach, describe, expect, test, vi } from "vitest";
import { isSteered, paint, wantsColor, widthOf } from "../../src/cli/output.ts";
import { teller } from "../../src/report/terminal.ts";

const stream = (isTTY: boolean, columns?: number) => ({ isTTY, columns }) as unknown as NodeJS.WriteStream;

afterEach(() => vi.unstubAllEnvs());

describe("widthOf", () => {
  test.each([
    [132, 132],
    [20, 20],
    [19, 80],
    [1, 80],
    [0, 80],
    [Number.NaN, 80],
    [undefined, 80],
  ])("a terminal that says %d has %d columns, whatever $COLUMNS says", (columns, expected) => {
    vi.stubEnv("COLUMNS", "60");
    expect(widthOf(stream(true, columns))).toBe(expected);
  });

  test.each([
    ["60", 60],
    ["0", 100],
    ["-5", 100],
    ["wide", 100],
    ["", 100],
  ])("a pipe has the columns of COLUMNS=%j: %d", (columns, expected) => {
    vi.stubEnv("COLUMNS", columns);
    expect(widthOf(stream(false))).toBe(expected);
  });

  test("prose keeps its words whole in any width", () => {
    const text = "the verdict has words, and extraordinarily-long-ones-that-fit-nowhere";
    for (const width of [0, 1, 20, 80]) {
      expect(teller(width)(text).split(/\s+/).filter(Boolean)).toEqual(text.split(" "));
    }
  });
});

test("prose parts no number from its percent sign", () => {
  expect(teller(24)("networks are right in 10.0 % of all", "")).toBe("networks are right in\n10.0 % of all");
});

describe("what steers a terminal", () => {
  test.each([
    [true, "xterm", "", true, true],
    [true, "xterm", "1", true, false],
    [true, "dumb", "", false, false],
    [false, "xterm", "", false, false],
  ])("terminal %j, TERM=%s, NO_COLOR=%j: moves %j, colors %j", (isTTY, term, noColor, moves, colors) => {
    vi.stubEnv("TERM", term);
    vi.stubEnv("NO_COLOR", noColor);
    expect([isSteered(stream(isTTY)), wantsColor(stream(isTTY))]).toEqual([moves, colors]);
    expect(paint(stream(isTTY), "red", "no").includes("\u001b")).toBe(colors);
  });
});
