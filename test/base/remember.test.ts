import { describe, expect, test } from "vitest";
import { rememberLast } from "../../src/base/remember.ts";

describe("rememberLast", () => {
  const asked: string[] = [];
  let isThere = false;
  const read = rememberLast(async ({ name }: { name: string }) => {
    asked.push(name);
    if (!isThere) throw new Error(`no ${name}`);
    return name.toUpperCase();
  });

  test("asks once for the same, anew for another, and again after a failure", async () => {
    await expect(read({ name: "a" })).rejects.toThrow("no a");
    isThere = true;
    expect(await Promise.all([read({ name: "a" }), read({ name: "a" })])).toEqual(["A", "A"]);
    expect(await read({ name: "b" })).toBe("B");
    expect(await read({ name: "a" })).toBe("A");
    expect(asked).toEqual(["a", "a", "b", "a"]);
  });

  test("keeps a new answer when an old question fails late", async () => {
    let fail = (): void => {};
    let count = 0;
    const slow = rememberLast((name: string) => {
      count++;
      return name === "late"
        ? new Promise((_, reject) => (fail = () => reject(new Error())))
        : Promise.resolve(1);
    });
    const late = slow("late");
    await slow("next");
    fail();
    await expect(late).rejects.toThrow();
    await slow("next");
    expect(count).toBe(2);
  });
});
