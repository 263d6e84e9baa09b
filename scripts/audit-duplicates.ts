/**
 * @file How many of the pairs that people found alike in CIFAR-10 the audit finds (ciFAIR: Barz and Denzler, 2020).
 *
 *   node scripts/audit-duplicates.ts PAIRS.csv [--data-dir FOLDER] [--out FOLDER] [--threads 2] [--test-only]
 *
 * With --test-only, training examples look for no twins: a sixth of the work.
 *
 * PAIRS.csv has the columns test_index, other_split, other_index. Writes duplicates.json, pairs.csv (every pair across splits or
 * within the test that is nearly a twin, and whether it is listed) and unlisted.png, a sheet of the pairs that are not listed.
 */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { findTwins } from "../src/audit/near/find.ts";
import { exampleCount, takeExamples } from "../src/data/dataset.ts";
import { sheetPng } from "../src/data/node/example-image.ts";
import { loadDataset } from "../src/run/node/library.ts";
import { provenanceOf } from "../src/run/node/provenance.ts";
import { runtime } from "../src/run/node/runtime.ts";
import { openEngine } from "../src/train/engine.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    "data-dir": { type: "string" },
    out: { type: "string", default: "audit-duplicates" },
    threads: { type: "string", default: "2" },
    "test-only": { type: "boolean", default: false },
  },
});
const threads = Number(values.threads);
const provenance = provenanceOf("cpu", threads, 1, "node scripts/audit-duplicates.ts PAIRS.csv");
const began = performance.now();
const splits = await loadDataset("cifar10", { dataDir: values["data-dir"] });
const engine = await openEngine(runtime, "cpu", threads);
const loaded = performance.now();
let told = 0;
const onProgress = (done: number, total: number, what: string): void => {
  if (performance.now() - told < 20_000) return;
  told = performance.now();
  console.error(`${what}: ${done} of ${total}, ${((told - loaded) / 1000).toFixed(0)} s`);
};
const count = exampleCount(splits.train);
const first = values["test-only"] ? count : 0;
const { neighbors, likeness, twins } = await findTwins({ splits, engine, onProgress }, first);
const seconds = (performance.now() - loaded) / 1000;

const keyOf = (a: number, b: number): number => Math.min(a, b) * 100_000 + Math.max(a, b);
const listed = new Map(
  readFileSync(positionals[0]!, "utf8")
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => {
      const [test, split, other] = line.split(",");
      return [keyOf(count + Number(test), Number(other) + (split === "test" ? count : 0)), split!] as const;
    }),
);

interface Candidate {
  readonly key: number;
  readonly likeness: number;
  readonly ratio: number;
}
/** Every candidate that has to do with the test examples, with its larger likeness and smaller ratio. */
const candidates = new Map<number, Candidate>();
const { nearest, places } = neighbors;
for (let example = first; example < places.length / nearest; example++) {
  const own = likeness.subarray(example * nearest, (example + 1) * nearest);
  const farthest = 1 - own.reduce((least, value) => Math.min(least, value), 1);
  for (const [at, alike] of own.entries()) {
    const other = places[example * nearest + at]!;
    if (Math.max(example, other) < count) continue;
    const key = keyOf(example, other);
    const known = candidates.get(key);
    const ratio = (1 - alike) / farthest;
    candidates.set(key, {
      key,
      likeness: Math.max(alike, known?.likeness ?? -1),
      ratio: Math.min(ratio, known?.ratio ?? 2),
    });
  }
}
const all = [...candidates.values()];

/** Precision and recall over listed pairs of a kind, counting only listed ones as right. */
function measure(
  found: Iterable<number>,
  kind: "train" | "test",
  part: (at: number) => boolean = () => true,
) {
  const wanted = [...listed]
    .filter(([key, split], at) => split === kind && part(at) && key > 0)
    .map(([key]) => key);
  const chosen = new Set(
    [...found].filter((key) => Math.floor(key / 100_000) < count === (kind === "train")),
  );
  const hits = wanted.filter((key) => chosen.has(key)).length;
  return {
    listed: wanted.length,
    found: chosen.size,
    hits,
    recall: hits / wanted.length,
    precision: hits / chosen.size,
  };
}
const byDefault = twins.pairs
  .filter(({ second }) => second >= count)
  .map(({ first, second }) => keyOf(first, second));
/** The best F1 over thresholds of one number, larger ones first. */
function best(rank: (candidate: Candidate) => number) {
  const ordered = all.toSorted((a, b) => rank(b) - rank(a)).slice(0, 5000);
  const results = Array.from({ length: 300 }, (_, at) => {
    const found = ordered.slice(0, (at + 1) * 10);
    return {
      threshold: rank(found.at(-1)!),
      ...measure(
        found.map(({ key }) => key),
        "train",
      ),
    };
  });
  const f1 = (result: (typeof results)[number]): number =>
    (2 * result.precision * result.recall) / (result.precision + result.recall || 1);
  return {
    bestF1: results.toSorted((a, b) => f1(b) - f1(a))[0]!,
    recallAtHalf:
      results.filter(({ precision }) => precision >= 0.5).toSorted((a, b) => b.recall - a.recall)[0] ?? null,
    atRecall90: results.find(({ recall }) => recall >= 0.9) ?? null,
  };
}
const isCandidate = [...listed].filter(([key]) => candidates.has(key)).length;
const result = {
  testOnly: values["test-only"],
  testTrain: measure(byDefault, "train"),
  testTest: measure(byDefault, "test"),
  trainTrainPairs: twins.pairs.filter(({ second }) => second < count).length,
  dimension: twins.dimension,
  ratioThreshold: twins.threshold,
  candidates: isCandidate / listed.size,
  byLikeness: best((candidate) => candidate.likeness),
  byRatio: best((candidate) => -candidate.ratio),
  secondsLoading: (loaded - began) / 1000,
  seconds,
  peakMemory: process.resourceUsage().maxRSS * 1024,
  provenance: { ...provenance, seconds, interrupted: false },
};
mkdirSync(values.out, { recursive: true });
writeFileSync(`${values.out}/duplicates.json`, `${JSON.stringify(result, null, 2)}\n`);
const rows = all
  .filter((candidate) => candidate.likeness >= 0.6 || listed.has(candidate.key))
  .sort((a, b) => b.likeness - a.likeness);
const isDefault = new Set(byDefault);
const place = (index: number): string => (index < count ? `train,${index}` : `test,${index - count}`);
writeFileSync(
  `${values.out}/pairs.csv`,
  `split,index,other_split,other_index,likeness,ratio,default,listed\n${rows
    .map(({ key, likeness: alike, ratio }) =>
      [
        place(key % 100_000),
        place(Math.floor(key / 100_000)),
        alike.toFixed(4),
        ratio.toFixed(4),
        isDefault.has(key) ? 1 : 0,
        listed.has(key) ? 1 : 0,
      ].join(),
    )
    .join("\n")}\n`,
);
const unlisted = rows.filter(({ key }) => isDefault.has(key) && !listed.has(key));
const step = Math.max(1, unlisted.length / 96);
const shown = Array.from(
  { length: Math.min(96, unlisted.length) },
  (_, at) => unlisted[Math.floor(at * step)]!,
);
const images = shown.flatMap(({ key }) => [key % 100_000, Math.floor(key / 100_000)]);
const sources = [splits.train, splits.test] as const;
const parts = images.map((index) =>
  takeExamples(sources[index < count ? 0 : 1], [index < count ? index : index - count]),
);
const inputs = new Uint8Array(parts.length * 3072);
for (const [at, part] of parts.entries()) inputs.set(part.inputs, at * 3072);
const sheet = {
  ...splits.train,
  inputs,
  labels: new Int32Array(parts.length),
  shape: [parts.length, 3, 32, 32],
};
writeFileSync(`${values.out}/unlisted.png`, await sheetPng(sheet, 24, 2));
console.log(JSON.stringify({ ...result, provenance: undefined }, null, 2));
