import { describe, expect, test } from "vitest";
import { measured as measuredColumn, plain } from "../../../src/document/table.ts";
import { type ExperimentResult, experimentResultSchema } from "../../../src/paper/experiment-result.ts";
import { experimentPage } from "../../../src/report/experiment/page.ts";
import { blankDocument, carriedIn, HOSTILE, outsideOf, readPage, textsIn } from "../fixture.ts";
import { experiment, figure1b, figure1c, knownTrial, measured, missing, sweep, table1 } from "./fixture.ts";

const pageOf = (result: ExperimentResult, beside: readonly string[] = []): string =>
  experimentPage(result, blankDocument(), beside);

describe("experimentPage", () => {
  test("asks, shows figures first, then tables, claims and notes", () => {
    const document = readPage(pageOf(figure1b()));
    expect(textsIn(document, "h1")).toEqual(["Time to overfit by label corruption"]);
    expect(textsIn(document, "section h2")).toEqual([
      "Time to overfit: 95 % training accuracy",
      "Time to overfit: 95 % training accuracy",
      "Claims of the paper",
      "What was chosen, and what differs from the paper",
      "Every trial (4)",
      "Provenance",
      "How to read this",
      "Downloads",
    ]);
    expect(document.querySelector("section svg, section table")!.tagName.toLowerCase()).toBe("svg");
    expect(document.querySelectorAll("details[open]")).toHaveLength(0);
  });

  test("says the question, and the outcome of each claim with its evidence", () => {
    const document = readPage(pageOf(table1()));
    expect(textsIn(document, "header p")).toContain(table1().question);
    expect(textsIn(document, "header .badge")).toEqual([
      "Claim 1: not tested",
      "Claim 8: reproduced",
      "Claim 12: not reproduced",
    ]);
    expect(textsIn(document, ".claims .badge")).toEqual(["not tested", "reproduced", "not reproduced"]);
    expect(textsIn(document, ".claims .evidence")[1]).toContain("50.6 % test accuracy (paper 50.5 %)");
  });

  test("shows our number, n, the paper's and the difference, and a dash with its reason", () => {
    const cells = textsIn(readPage(pageOf(table1())), "tbody tr:last-child > *").slice(0, 12);
    expect(cells).toMatchInlineSnapshot(`
      [
        "mlp-1x512",
        "random",
        "no",
        "no",
        "1,209,866",
        "98.26 ± 0.01 (3)",
        "99.34",
        "−1.08",
        "10.23 ± 0.21 (3)",
        "10.61",
        "−0.38",
        "64.0 (3)",
      ]
    `);
    const document = readPage(pageOf(figure1b()));
    expect(textsIn(document, "td span[title='not reached in 64 epochs']")).toEqual(["—a", "—a"]);
    expect(textsIn(document, ".footnotes li")).toEqual(["a not reached in 64 epochs"]);
  });

  test("names trials that did not come to their end, with their reason", () => {
    const document = readPage(pageOf(figure1b()));
    expect(textsIn(document, ".notice li")).toEqual([
      "mlp-1x512, 50 % random labels, seed 0: stopped after 12 of 64 epochs: interrupted",
      "mlp-1x512, 90 % random labels, seed 0: diverged after 3 of 64 epochs: its loss grew beyond bounds",
      "mlp-1x512, random labels, seed 0: failed: the process ended with signal SIGKILL",
    ]);
    expect(textsIn(document, ".notice")[0]).toBe("This experiment was interrupted: some trials are missing.");
  });

  test("tells trials apart by the fields of their recipes that differ", () => {
    const trials = [0, 0.0005].map((weightDecay) =>
      knownTrial({ weightDecay, status: "stopped", epochs: 1 }),
    );
    const [first, second] = textsIn(readPage(pageOf(experiment({ trials }))), ".notice li");
    expect(first).toContain("weightDecay 0, seed 0");
    expect(second).toContain("weightDecay 0.0005, seed 0");
  });

  test("tells trials apart by a field that only some of their recipes have", () => {
    const plain = knownTrial({ status: "stopped", epochs: 1 });
    const clipped = { ...plain.spec, recipe: { ...plain.spec.recipe, clipNorm: 2 } };
    const trials = [plain, { ...plain, spec: clipped }];
    const [first, second] = textsIn(readPage(pageOf(experiment({ trials }))), ".notice li");
    expect(first).not.toContain("clipNorm");
    expect(second).toContain("clipNorm 2, seed 0");
  });

  test("loads nothing and runs nothing, and links files that are there", () => {
    const beside = ["result.json", "figure-1b.svg", "figure-1b.tex"];
    const page = pageOf(figure1b(), beside);
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"`);
    expect(outsideOf(page)).toBeNull();
    const document = readPage(page);
    const ids = [...document.querySelectorAll("[id]")].map(({ id }) => `#${id}`);
    const links = [...document.querySelectorAll("[href]")].map((link) => link.getAttribute("href")!);
    const allowed = new Set([...beside, ...ids]);
    expect(links.filter((href) => !href.startsWith("data:") && !allowed.has(href))).toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("carries the whole result and the tables", () => {
    const result = figure1b();
    const [json, csv] = carriedIn(readPage(pageOf(result)));
    expect(experimentResultSchema.parse(JSON.parse(json!))).toEqual(result);
    expect(csv).toMatch(/^model,corruption,epochs,epochsLow,/);
  });

  test("gives every figure and table a name for those who do not see it", () => {
    const document = readPage(pageOf(figure1c()));
    for (const svg of document.querySelectorAll("svg")) {
      expect(svg.getAttribute("role")).toBe("img");
      expect(svg.querySelector("title")!.textContent).not.toBe("");
      expect(svg.querySelector("desc")!.textContent).toContain("the paper");
    }
    for (const box of document.querySelectorAll(".scroll")) {
      expect(box.getAttribute("aria-label")).not.toBe("");
      expect(box.getAttribute("tabindex")).toBe("0");
    }
    for (const row of document.querySelectorAll("tbody tr")) {
      expect(row.firstElementChild!.getAttribute("scope")).toBe("row");
    }
  });

  test("lets hostile names be text, wherever they stand", () => {
    const base = figure1b();
    const result = experiment({
      ...base,
      name: HOSTILE,
      title: HOSTILE,
      source: HOSTILE,
      question: HOSTILE,
      notes: [HOSTILE],
      plots: base.plots.map((plot) => ({ ...plot, name: HOSTILE, title: HOSTILE, caption: HOSTILE })),
      tables: [
        {
          name: HOSTILE,
          title: HOSTILE,
          caption: HOSTILE,
          columns: [plain("a", HOSTILE), measuredColumn("b", HOSTILE, "share")],
          rows: [{ a: { text: HOSTILE }, b: missing(0.5, HOSTILE) }],
        },
      ],
      claims: [{ number: 1, text: HOSTILE, outcome: "reproduced", evidence: HOSTILE }],
      trials: [knownTrial({ model: HOSTILE, status: "failed", error: HOSTILE, id: HOSTILE })],
    });
    const document = readPage(pageOf(result));
    expect(document.querySelectorAll("script, img, [onerror]")).toHaveLength(0);
    expect(textsIn(document, "h1")).toEqual([HOSTILE]);
    expect(textsIn(document, ".said")).toEqual([HOSTILE]);
  });

  test.each<[string, ExperimentResult]>([
    ["nothing in it", experiment()],
    ["claims only", experiment({ claims: table1().claims })],
    ["every cell missing", { ...table1(), trials: [], tables: table1().tables.map(emptied) }],
    ["a table of no rows", experiment({ tables: [{ ...table1().tables[0]!, rows: [] }] })],
    ["a plot of no lines", experiment({ plots: [{ ...figure1b().plots[0]!, series: [] }] })],
    ["twelve lines of long names", sweep(12)],
    ["thirty lines", sweep(30)],
  ])("is whole with %s", (_, result) => {
    const page = pageOf(result);
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
    expect(textsIn(readPage(page), "h1")).toHaveLength(1);
  });

  test("says what is not there yet", () => {
    const document = readPage(pageOf(experiment()));
    expect(textsIn(document, ".notice")).toEqual(["No trial has a result yet."]);
    expect(textsIn(document, ".nothing")).toEqual([
      "There is no figure and no table yet.",
      "No trial has a result yet.",
    ]);
  });

  test("shows seconds and nats as they are", () => {
    const tables: ExperimentResult["tables"] = [
      {
        name: "t",
        title: "T",
        caption: "",
        columns: [measuredColumn("a", "Loss", "nats"), measuredColumn("b", "Time", "seconds")],
        rows: [{ a: measured([0.5], 0.25), b: measured([12.34]) }],
      },
    ];
    const document = readPage(pageOf(experiment({ tables })));
    expect(textsIn(document, "thead th")).toEqual(["Loss, nats", "Time, s", "ours", "paper", "diff."]);
    expect(textsIn(document, "tbody tr > *")).toEqual(["0.500", "0.250", "+0.250", "12.3"]);
  });
});

/** A table of which nothing was measured. */
function emptied(table: ExperimentResult["tables"][number]): ExperimentResult["tables"][number] {
  const rows = table.rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([key, cell]) => [
        key,
        "measurement" in cell ? missing(cell.measurement.paper) : cell,
      ]),
    ),
  );
  return { ...table, rows };
}
