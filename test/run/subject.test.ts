import { describe, expect, test } from "vitest";
import { shapes } from "../../src/data/shapes.ts";
import { findModel } from "../../src/nn/models.ts";
import { createLibrary } from "../../src/run/subject.ts";

describe("createLibrary", () => {
  test("gives the model and the examples that a trial is about", async () => {
    const library = createLibrary({
      load: async (known, { n, testN }) => (known.name === "shapes" ? shapes(n, testN) : expect.fail()),
    });
    const { model, splits } = await library.subject({ model: "linear" }, { name: "shapes", n: 10, testN: 4 });
    expect(model).toBe(findModel("linear"));
    expect(splits).toEqual(shapes(10, 4));
  });

  test("refuses unknown names with the ones that were probably meant", async () => {
    const library = createLibrary({ load: () => expect.fail() });
    await expect(library.model("liner")).rejects.toThrow('did you mean "linear"?');
    await expect(library.splits({ name: "shape" })).rejects.toThrow('did you mean "shapes"?');
  });

  test.each([
    true,
    false,
  ])("reads the same examples again unless it keeps the last: %s", async (keepsLast) => {
    let reads = 0;
    const load = async () => {
      reads++;
      return shapes(10, 10);
    };
    const library = createLibrary({ load, keepsLast });
    for (const n of [10, 10, 20, 10]) await library.splits({ name: "shapes", n });
    expect(reads).toBe(keepsLast ? 3 : 4);
  });
});
