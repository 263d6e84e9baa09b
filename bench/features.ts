/**
 * @file How fast random convolutional features and their Gram matrix are computed here, and what that makes of the
 * paper's 32,000 filters on CIFAR-10: `node bench/features.ts`, a minute.
 */

import { randomStream } from "../src/base/random.ts";
import type { Dataset } from "../src/data/dataset.ts";
import { runtime as ort } from "../src/run/node/runtime.ts";
import { accumulateGram } from "../src/theory/features/gram.ts";
import {
  featuresOfFilter,
  randomConvBlocks,
  randomConvDefaults,
} from "../src/theory/features/random-conv.ts";
import { openEngine } from "../src/train/engine.ts";

const N = 4096;
const M = 1024;
const BLOCKS = 3;
const SETTINGS = { ...randomConvDefaults, patches: 2000 };
const engine = await openEngine(ort, "cpu", 2);

/** Images of the size of CIFAR-10's; their content does not matter for speed. */
function noise(count: number, purpose: string): Dataset {
  const random = randomStream(0, purpose);
  return {
    name: purpose,
    inputs: Uint8Array.from({ length: count * 3072 }, () => random.below(256)),
    shape: [count, 3, 32, 32],
    labels: new Int32Array(count),
    classNames: ["noise"],
  };
}

const train = noise(N, "training");
const tests = noise(M, "tests");
const filters = BLOCKS * SETTINGS.blockFilters;
const perFilter = featuresOfFilter(train.shape, { ...SETTINGS, filters });
let started = performance.now();
const seconds = (): number => {
  const now = performance.now();
  const elapsed = (now - started) / 1000;
  started = now;
  return elapsed;
};

// The first block also draws patches and opens sessions.
let making = 0;
let adding = 0;
let made = 0;
async function* timed() {
  for await (const block of randomConvBlocks(engine, train, tests, { ...SETTINGS, filters })) {
    const elapsed = seconds();
    if (made > 0) making += elapsed;
    yield block;
    if (made > 0) adding += seconds();
    else seconds();
    made++;
  }
}
const cpuBefore = process.cpuUsage();
const wallBefore = performance.now();
await accumulateGram(engine, timed(), N, M);
const cpu = process.cpuUsage(cpuBefore);
const processors = (cpu.user + cpu.system) / 1000 / (performance.now() - wallBefore);

const rate = ((N + M) * SETTINGS.blockFilters * (BLOCKS - 1)) / making;
/** Multiply-adds, two operations each: whole diagonal tiles, and tests. */
const operations = (n: number, m: number, features: number): number =>
  2 * features * ((n * (n + 1024)) / 2 + m * n);
const gram = operations(N, M, perFilter * SETTINGS.blockFilters * (BLOCKS - 1)) / adding;
const wanted = 32_000;
const hours = [(60_000 * wanted) / rate, operations(50_000, 10_000, perFilter * wanted) / gram].map(
  (s) => s / 3600,
);
console.log(
  `processors used: ${processors.toFixed(2)} of 2; with fewer the figures say more of the others at work here`,
);
console.log(`features  ${(rate / 1e6).toFixed(2)} million images x filters a second`);
console.log(`Gram      ${(gram / 1e9).toFixed(0)} GOP/s, whole numbers`);
console.log(
  `32,000 filters, n = 50,000, 10,000 tests: ${hours[0]!.toFixed(2)} h of features and ${hours[1]!.toFixed(2)} h of products`,
);
