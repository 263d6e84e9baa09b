import { describe, expect, test } from "vitest";
import { parseAugment } from "../../src/cli/augment.ts";

describe("parseAugment", () => {
  test.each([
    ["crop", { crop: true, flip: false, rotation: 0 }],
    ["flip, rotate:25", { crop: false, flip: true, rotation: 25 }],
    ["rotate:12.5,crop,flip", { crop: true, flip: true, rotation: 12.5 }],
    ["none", { crop: false, flip: false, rotation: 0 }],
  ])("reads %s", (text, expected) => {
    expect(parseAugment(text)).toEqual(expected);
  });

  test.each([
    [
      "rotte:5",
      'unknown change "rotte"; did you mean "rotate"? (known: crop, flip, rotate, box, color, none).',
    ],
    ["", 'unknown change "" (known: crop, flip, rotate, box, color, none).'],
    ["rotate", 'expected an angle, such as rotate:25, got "rotate".'],
    ["rotate:", 'expected a number in (0, 180], got "".'],
    ["rotate:0", 'expected a number in (0, 180], got "0".'],
    ["rotate:181", 'expected a number in (0, 180], got "181".'],
    ["rotate:25:3", 'expected a number in (0, 180], got "25:3".'],
    ["rotate:NaN", 'expected a number in (0, 180], got "NaN".'],
    ["flip:2", 'expected "flip" without a number, got "flip:2".'],
    ["crop,crop", 'expected each change once, got "crop,crop".'],
    ["none,flip", 'expected changes or none, got "none,flip".'],
  ])("refuses %j", (text, message) => {
    expect(() => parseAugment(text)).toThrow(message);
  });
});
