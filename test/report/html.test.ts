import { Window } from "happy-dom";
import { describe, expect, test } from "vitest";
import { testResultSchema } from "../../src/paper/test-result.ts";
import { reportPage } from "../../src/report/html.ts";
import { allKinds, blankDocument, brokenTrial, testResult, trial } from "./fixture.ts";

const HOSTILE = `"><script>alert(1)</script><img src=x onerror=alert(1)></svg></style></title>'`;

const pageOf = (...facts: Parameters<typeof testResult>): string =>
  reportPage(testResult(...facts), blankDocument());

/** The page as a browser reads it; nothing is run or loaded. */
function read(page: string): Document {
  const window = new Window({ settings: { enableJavaScriptEvaluation: false, disableCSSFileLoading: true } });
  return new window.DOMParser().parseFromString(page, "text/html") as unknown as Document;
}

const textOf = (document: Document, selector: string): string[] =>
  [...document.querySelectorAll(selector)].map((element) =>
    (element.textContent ?? "").replaceAll(/\s+/g, " ").trim(),
  );

describe("reportPage", () => {
  test("answers first, then shows and tells", () => {
    const document = read(pageOf());
    expect(textOf(document, "h1")).toEqual(["It learns from true labels, and it can memorise random ones."]);
    expect(textOf(document, ".answer")).toEqual(["Memorises", "Learns", "Nothing taught", "No equal inputs"]);
    expect(textOf(document, "article code")).toContain("--corrupt 0,0.2,0.4,0.6,0.8,1");
    expect(textOf(document, "section h2")).toEqual([
      "Capacity: can it memorise?",
      "Learning: does it generalise?",
      "Label check: were random labels random?",
      "Copies: is the test set apart?",
      "What it fits, and what it learns",
      "Results",
      "Training loss by epoch",
      "Train and test accuracy by epoch",
      "Accuracy by label corruption",
      "By class",
      "Conformance of the randomizations",
      "Recipe, data and model",
      "Every trial",
      "Provenance",
      "How to read this",
      "Downloads",
    ]);
  });

  test("loads nothing and runs nothing", () => {
    const page = pageOf();
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"`);
    expect(page.replaceAll('xmlns="http://www.w3.org/2000/svg"', "")).not.toMatch(
      /https?:|\/\/[a-z]|url\(|@import| src=|<link|<script|<iframe/,
    );
    const links = [...read(page).querySelectorAll("[href]")].map((link) => link.getAttribute("href")!);
    for (const href of links) expect(href).toMatch(/^(data:|[a-z-]+\.(json|csv|svg)$)/);
    const beside = reportPage(testResult(), blankDocument(), ["trials.csv"]);
    expect(read(beside).querySelector("a[href='trials.csv']")).not.toBeNull();
  });

  test("lets hostile names be text, wherever they stand", () => {
    const named = {
      model: { name: HOSTILE },
      dataset: { name: HOSTILE, hash: HOSTILE },
      provenance: { machine: HOSTILE, command: HOSTILE, engine: HOSTILE },
      conformance: [{ randomization: HOSTILE, check: HOSTILE, ok: false, value: 1, bound: 0 }],
    };
    const document = read(
      pageOf([...allKinds(2), brokenTrial("failed", { seed: 9, id: HOSTILE, error: HOSTILE })], named),
    );
    expect(document.querySelectorAll("script, img, [onerror]")).toHaveLength(0);
    expect(textOf(document, ".under strong")).toEqual([HOSTILE, HOSTILE]);
    expect(textOf(document, "dd code")).toContain(HOSTILE);
  });

  test("carries the whole result and the table", () => {
    const result = testResult();
    const links = [...read(reportPage(result, blankDocument())).querySelectorAll("a[download]")];
    const [json, csv] = links.map((link) =>
      Buffer.from(link.getAttribute("href")!.split("base64,")[1]!, "base64").toString(),
    );
    expect(testResultSchema.parse(JSON.parse(json!))).toEqual(result);
    expect(csv).toMatch(/^inputs,nominal,/);
  });

  test("carries no more than it should", () => {
    const long = trial({ epochsAllowed: 30_000, fit: false });
    const history = Array.from({ length: 30_000 }, (_, index) => ({ ...long.history[0]!, epoch: index + 1 }));
    const page = pageOf([{ ...long, history }]);
    expect(page.length).toBeLessThan(500_000);
    expect(page).toContain("without its histories");
  });

  test("says what was interrupted, failed and diverged", () => {
    const trials = [
      trial(),
      brokenTrial("diverged", { nominal: 1 }),
      brokenTrial("failed", { inputs: "random" }),
    ];
    const document = read(pageOf(trials, { provenance: { interrupted: true } }));
    expect(textOf(document, ".notice")).toEqual([
      "This test was interrupted: some trials are missing, and the verdict rests on those that came to their end.",
      "1 trial failed, 1 trial diverged: see “Every trial” below.",
    ]);
    expect(textOf(document, "td.text")).toContain("failed: the process ended with signal SIGKILL");
  });

  test("opens the checks where one failed, the failed one first", () => {
    const line = { randomization: "labels p=1 seed 0", check: "mutual information", value: 0.5, bound: 0.02 };
    const document = read(
      pageOf([trial()], {
        conformance: [
          { ...line, ok: true },
          { ...line, ok: false },
        ],
      }),
    );
    expect(textOf(document, ".bad")).toEqual(["1 of 2 checks failed."]);
    expect(textOf(document, "details[open] td:last-child")).toEqual(["NO", "yes"]);
  });

  test("says what was randomized, where it is known", () => {
    const touched = "Inputs are true. Labels are true.";
    const random = "Inputs are true. Each training label is redrawn with probability 1.";
    const document = read(
      pageOf([
        trial({ nominal: 1, touched: random }),
        ...[0, 1].map((seed) => trial({ seed, touched })),
        trial({ inputs: "random" }),
      ]),
    );
    const section = [...document.querySelectorAll("section")].find((each) =>
      each.querySelector("h2")?.textContent?.startsWith("What was"),
    )!;
    expect([...section.querySelectorAll("div")].map((row) => row.textContent)).toEqual([
      `True labels${touched}`,
      `Random labels${random}`,
    ]);
  });

  test("says what early stopping could have had, where it is known", () => {
    const best = { epoch: 3, testAccuracy: 0.53 };
    const document = read(
      pageOf([
        trial({ best, testAccuracy: 0.52 }),
        trial({ seed: 1, best: { ...best, epoch: 5 }, testAccuracy: 0.52 }),
        trial({ nominal: 1 }),
      ]),
    );
    expect(textOf(document, ".remark")).toEqual([
      "Early stopping: with true labels the best test accuracy on the way was 53.0 % (n = 2), at epochs 3 to 5, 1.0 points above the last. Chosen by test data, it is more than could have been had.",
    ]);
    expect(textOf(document, "td.fraction")).toEqual(
      expect.arrayContaining(["53.0 % (epoch 3)", "53.0 % (epoch 5)", "–"]),
    );
    expect(textOf(read(pageOf([trial()])), ".remark")).toEqual([]);
  });

  test("tells augmentation and evaluation in words", () => {
    const result = testResult([trial()]);
    const factsOf = (recipe: Partial<typeof result.recipe>) => {
      const page = reportPage({ ...result, recipe: { ...result.recipe, ...recipe } }, blankDocument());
      const facts = [...read(page).querySelectorAll("details dl div")].map((row) => [
        row.querySelector("dt")!.textContent,
        row.querySelector("dd")!.textContent,
      ]);
      return Object.fromEntries(facts) as Record<string, string>;
    };
    expect(factsOf({})).toMatchObject({
      Augmentation: "none",
      Measured: "after every epoch, on all training and test examples",
    });
    expect(
      factsOf({
        augment: { crop: true, flip: true, rotation: 25 },
        evaluate: { every: 5, test: 1000 },
      }),
    ).toMatchObject({
      Augmentation:
        "random windows of 28 × 28, their centre one in evaluation; left and right exchanged at random; rotations up to 25° either way",
      Measured:
        "after every 5 epochs and the last, on the way on 1,000 test examples drawn at random, at the end on all",
    });
  });

  test("raises the alarm", () => {
    const { verdict } = testResult();
    const document = read(
      pageOf(allKinds(1), {
        verdict: { ...verdict, leak: { ...verdict.leak, suspected: true, pValue: 0.0001 } },
      }),
    );
    expect(textOf(document, "article.alarm .answer")).toEqual(["True labels seen"]);
    expect(textOf(document, "h1")[0]).toMatch(/But true labels reached the training on random ones\.$/);
  });

  test.each([
    ["no trial", []],
    ["random labels only", [trial({ nominal: 1 })]],
    ["one seed", allKinds(1)],
    [
      "stopped trials only",
      [brokenTrial("stopped"), brokenTrial("stopped", { nominal: 1, history: [], epochs: 0, steps: 0 })],
    ],
  ])("is whole with %s", (_, trials) => {
    const page = pageOf(trials, {
      conformance: [],
      provenance: { interrupted: true, commit: null, command: null },
    });
    expect(page).not.toMatch(/NaN|undefined|null|Infinity/);
    expect(textOf(read(page), "h1")).toHaveLength(1);
  });
});
