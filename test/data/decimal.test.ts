import { describe, expect, test } from "vitest";
import { randomStream } from "../../src/base/random.ts";
import { readDecimal } from "../../src/data/decimal.ts";

const COMMA = 44;
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Numbers as people and programs write them. */
function someNumbers(count: number): string[] {
  const random = randomStream(0, "decimals");
  const digits = (most: number): string =>
    Array.from({ length: 1 + random.below(most) }, () => random.below(10)).join("");
  const float = new Float64Array(1);
  const words = new Uint32Array(float.buffer);
  const forms: readonly (() => string)[] = [
    () => String(random.normal()),
    () => (1000 * random.normal()).toFixed(random.below(12)),
    () => random.uniform().toPrecision(17),
    () => String(Math.fround(random.normal())),
    () => `${digits(20)}.${digits(20)}`,
    () => `.${digits(25)}`,
    () => `${digits(3)}e${random.below(60) - 30}`,
    () => `-${digits(18)}.${digits(4)}E${random.below(2) ? "+" : "-"}${digits(2)}`,
    () => {
      words.set([random.uint32(), random.uint32()]);
      return String(float[0]);
    },
    // Halfway between two doubles, and next to it.
    () =>
      `${BigInt(2 ** 53) + BigInt(2 * random.below(2 ** 30) + 1)}.${"0".repeat(random.below(9))}${random.below(2)}`,
  ];
  return Array.from({ length: count }, (_, at) => forms[at % forms.length]!());
}

describe("readDecimal", () => {
  test("rounds as Number does", () => {
    let left = 0;
    const texts = someNumbers(200_000);
    for (const text of texts) {
      const read = readDecimal(bytesOf(`${text},1`), 0, COMMA);
      if (Number.isNaN(read)) left++;
      else if (!Object.is(read, Number(text))) throw new Error(`${text}: got ${read}`);
    }
    // Most are not left to Number, of all but the last two forms.
    expect(left / texts.length).toBeLessThan(0.5);
  });

  test.each([
    ["7", 7],
    ["-0", -0],
    ["+1.", 1],
    [" 2.5 ", 2.5],
    ["00012", 12],
    ["1e3", 1000],
    ["0.1\n", 0.1],
    ["12345678901234567890\r", 12345678901234567000],
  ])("reads %j", (text, value) => {
    expect(readDecimal(bytesOf(text), 0, COMMA)).toBe(value);
  });

  test.each([
    "",
    ".",
    "-",
    "+-1",
    "1.2.3",
    "1e",
    "1e+",
    "e1",
    "1 2",
    "0x10",
    "1_000",
    "Infinity",
    '"1"',
    "١",
  ])("takes %j for none", (text) => {
    expect(readDecimal(bytesOf(text), 0, COMMA)).toBeNaN();
  });
});
