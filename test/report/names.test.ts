import { describe, expect, test } from "vitest";
import { namedPlots, namedTables } from "../../src/report/names.ts";
import { experiment } from "./experiment/fixture.ts";

describe("the names of files", () => {
  const table = (name: string) => ({ name, title: "", caption: "", columns: [], rows: [] });
  const axis = { label: "", unit: "text" as const, domain: null };
  const plot = (name: string) => ({ ...table(name), x: axis, y: axis, guides: [], series: [] });
  const stems = (...names: readonly string[]) =>
    namedTables(experiment({ tables: names.map(table) })).map(({ stem }) => stem);

  test("are those of tables and plots, which may be the same", () => {
    const result = experiment({ tables: [table("figure-1c")], plots: [plot("figure-1c")] });
    expect(namedTables(result)[0]!.stem).toBe("figure-1c");
    expect(namedPlots(result)[0]!.stem).toBe("figure-1c");
  });

  test("leave no folder, and are never empty", () => {
    expect(stems("../../etc/passwd", "a b/c", "", "...", "ü")).toEqual([
      "etc-passwd",
      "a-b-c",
      "unnamed",
      "unnamed-2",
      "unnamed-3",
    ]);
  });

  test("are not another file's", () => {
    expect(stems("Claims", "index", "a", "A")).toEqual(["Claims-2", "index-2", "a", "A-2"]);
    const result = experiment({ tables: [table("a-points")], plots: [plot("a")] });
    expect(namedTables(result)[0]!.stem).toBe("a-points-2");
  });
});
