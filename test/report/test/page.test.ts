import { describe, expect, test } from "vitest";
import { testResultSchema } from "../../../src/paper/test-result.ts";
import { testPage } from "../../../src/report/test/page.ts";
import {
  allKinds,
  blankDocument,
  brokenTrial,
  carriedIn,
  HOSTILE,
  outsideOf,
  readPage,
  testResult,
  textsIn,
  trial,
} from "../fixture.ts";

const pageOf = (...facts: Parameters<typeof testResult>): string =>
  testPage(testResult(...facts), blankDocument());

describe("testPage", () => {
  test("answers first, then shows and tells", () => {
    const document = readPage(pageOf());
    expect(textsIn(document, "h1")).toEqual(["It learns from true labels, and it can memorise random ones."]);
    expect(textsIn(document, ".answer")).toEqual([
      "Memorises",
      "Learns",
      "Nothing taught",
      "No equal inputs",
    ]);
    expect(textsIn(document, "article code")).toContain("--corrupt 0,0.2,0.4,0.6,0.8,1");
    expect(textsIn(document, "section h2")).toEqual([
      "What it fits, and what it learns",
      "Capacity: can it memorise?",
      "Learning: does it generalise?",
      "Label check: were random labels random?",
      "What was looked at, and what was not",
      "Copies: is the test set apart?",
      "Results",
      "What it confuses",
      "Training loss by epoch",
      "Train and test accuracy by epoch",
      "Accuracy by label corruption",
      "Recipe, data and model",
      "Conformance of the randomizations",
      "Every trial",
      "Provenance",
      "How to read this",
      "Downloads",
    ]);
  });

  test("loads nothing and runs nothing", () => {
    const page = pageOf();
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"`);
    expect(outsideOf(page)).toBeNull();
    const links = [...readPage(page).querySelectorAll("[href]")].map((link) => link.getAttribute("href")!);
    for (const href of links) expect(href).toMatch(/^(data:|#reading$|[a-z-]+\.(json|csv|svg)$)/);
    const beside = testPage(testResult(), blankDocument(), ["trials.csv"]);
    expect(readPage(beside).querySelector("a[href='trials.csv']")).not.toBeNull();
  });

  test("lets hostile names be text, wherever they stand", () => {
    const named = {
      model: { name: HOSTILE },
      dataset: { name: HOSTILE, hash: HOSTILE },
      provenance: { machine: HOSTILE, command: HOSTILE, engine: HOSTILE },
      conformance: [{ randomization: HOSTILE, check: HOSTILE, ok: false, value: 1, bound: 0 }],
    };
    const document = readPage(
      pageOf([...allKinds(2), brokenTrial("failed", { seed: 9, id: HOSTILE, error: HOSTILE })], named),
    );
    expect(document.querySelectorAll("script, img, [onerror]")).toHaveLength(0);
    expect(textsIn(document, ".under strong")).toEqual([HOSTILE, HOSTILE]);
    expect(textsIn(document, "dd code")).toContain(HOSTILE);
  });

  test("carries the whole result and the table", () => {
    const result = testResult();
    const [json, csv] = carriedIn(readPage(testPage(result, blankDocument())));
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
    const document = readPage(pageOf(trials, { provenance: { interrupted: true } }));
    expect(textsIn(document, ".notice")).toEqual([
      "This test was interrupted: some trials are missing, and the verdict rests on those that came to their end.",
      "1 trial failed, 1 trial diverged: see “Every trial” below.",
    ]);
    expect(textsIn(document, "td.text")).toContain("failed: the process ended with signal SIGKILL");
  });

  test("opens the checks where one failed, the failed one first", () => {
    const line = { randomization: "labels p=1 seed 0", check: "mutual information", value: 0.5, bound: 0.02 };
    const document = readPage(
      pageOf([trial()], {
        conformance: [
          { ...line, ok: true },
          { ...line, ok: false },
        ],
      }),
    );
    expect(textsIn(document, ".bad")).toEqual(["1 of 2 checks failed."]);
    expect(textsIn(document, "details[open] td:last-child")).toEqual(["NO", "yes"]);
  });

  test("says what was randomized, where it is known", () => {
    const touched = "Inputs are true. Labels are true.";
    const random = "Inputs are true. Each training label is redrawn with probability 1.";
    const document = readPage(
      pageOf([
        trial({ nominal: 1, touched: random }),
        ...[0, 1].map((seed) => trial({ seed, touched })),
        trial({ inputs: "random" }),
      ]),
    );
    expect(textsIn(document, ".kinds > div")).toEqual([`True labels ${touched}`, `Random labels ${random}`]);
  });

  test("shows examples under each randomization, and the hardest, with their pictures", () => {
    const image = "data:image/png;base64,AAAA";
    const trials = [0, 1].flatMap((seed) => {
      const hard = { trainMissed: 1, testMissed: 2 };
      const trainLast: [number, number, number, number | null][] = [
        [5, 2, 2, 7 + seed],
        [8, 1, 1, 1],
      ];
      const testSurest: [number, number, number][] =
        seed === 0
          ? [
              [4, 3, 9],
              [6, 0, 8],
            ]
          : [[4, 3, 9]];
      return [trial({ seed, hard: { ...hard, trainLast, testSurest } }), trial({ seed, nominal: 1 })];
    });
    const randomized = [0, 1].map((nominal) => ({
      inputs: "true" as const,
      nominal,
      examples: [{ index: 0, label: 3, given: 3 + nominal, image }],
    }));
    const pictures = { seed: 0, randomized, examples: [{ split: "test" as const, index: 4, image }] };
    const shown = readPage(testPage({ ...testResult(trials), pictures }, blankDocument()));
    expect(textsIn(shown, ".kinds > div")).toEqual(["True labels 3", "Random labels 34"]);
    expect(textsIn(shown, "section > .examples li, section > .notes li")).toEqual(
      expect.arrayContaining(["3 no. 4 all 2 say 9", "2 no. 5 fitted at epochs 7 to 8"]),
    );
    expect(shown.querySelector("section > .examples img")?.getAttribute("src")).toBe(image);
    expect(textsIn(readPage(pageOf()), "h2")).not.toContain("The hardest examples");
  });

  test("says what early stopping could have had, where it is known", () => {
    const best = { epoch: 3, testAccuracy: 0.53 };
    const document = readPage(
      pageOf([
        trial({ best, testAccuracy: 0.52 }),
        trial({ seed: 1, best: { ...best, epoch: 5 }, testAccuracy: 0.52 }),
        trial({ nominal: 1 }),
      ]),
    );
    expect(textsIn(document, ".remark")).toContain(
      "Early stopping: with true labels the best test accuracy on the way was 53.0 % (n = 2), at epochs 3 to 5, 1.0 points above the last. Chosen by test data, it is more than could have been had.",
    );
    expect(textsIn(document, "td.fraction")).toEqual(
      expect.arrayContaining(["53.0 % (epoch 3)", "53.0 % (epoch 5)", "–"]),
    );
    expect(textsIn(readPage(pageOf([trial()])), ".remark").join()).not.toContain("Early stopping");
  });

  test("tells augmentation and evaluation in words", () => {
    const result = testResult([trial()]);
    const factsOf = (recipe: Partial<typeof result.recipe>) => {
      const page = testPage({ ...result, recipe: { ...result.recipe, ...recipe } }, blankDocument());
      const facts = [...readPage(page).querySelectorAll("details dl div")].map((row) => [
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
    const usual = factsOf({});
    expect([usual["Gradients"], usual["Label smoothing"]]).toEqual([undefined, undefined]);
    expect(
      factsOf({
        optimizer: "adamw",
        learningRate: 0.002,
        learningRateDecay: "cosine",
        learningRateFloor: 0.25,
        learningRateWarmup: 100,
        batch: "all",
        weightDecay: 0.05,
        clipNorm: 1,
        labelSmoothing: 0.1,
      }),
    ).toMatchObject({
      Optimizer: "AdamW",
      "Learning rate":
        "0.002, risen to over the first 100 steps, falling to 0.0005 by half a cosine over all epochs allowed",
      Batch: "all examples: a step is an epoch",
      "Weight decay": "0.05, of the weights themselves",
      Gradients: "scaled down to a norm of 1 where theirs is larger",
      "Label smoothing": "0.1 in training; evaluation is without it",
    });
    expect(factsOf({ learningRateFloor: 0.5 })["Learning rate"]).toBe(
      "0.01, times 0.95 every 391 steps, not below 0.005",
    );
  });

  test("raises the alarm", () => {
    const { verdict } = testResult();
    const document = readPage(
      pageOf(allKinds(1), {
        verdict: { ...verdict, leak: { ...verdict.leak, suspected: true, pValue: 0.0001 } },
      }),
    );
    expect(textsIn(document, "article.alarm .answer")).toEqual(["True labels seen"]);
    expect(textsIn(document, "h1")[0]).toMatch(/But true labels reached the training on random ones\.$/);
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
    expect(textsIn(readPage(page), "h1")).toHaveLength(1);
  });
});
