/**
 * @file Tries random convolutional features that docs/theory/features.md does not have yet, on training images of CIFAR-10 alone: mirrored
 * ones, two scales, other patches and pools, the neural tangent kernel.
 *
 *     node scripts/random-filters.ts [N] [HELD] [FILTERS]      writes a line of JSON for each
 */

import { type Dataset, exampleCount, rangeOf, takeExamples } from "../src/data/dataset.ts";
import { loadDataset } from "../src/run/node/library.ts";
import { runtime } from "../src/run/node/runtime.ts";
import { accumulateGram } from "../src/theory/features/gram.ts";
import type { FeatureBlock } from "../src/theory/features/gram-state.ts";
import { inverseDeviations } from "../src/theory/features/patch-deviation.ts";
import { preparePatches } from "../src/theory/features/patches.ts";
import { featuresOfFilter, randomConvDefaults } from "../src/theory/features/random-conv.ts";
import { openLayer } from "../src/theory/features/random-conv-layer.ts";
import { standardize } from "../src/theory/features/standardize.ts";
import { type KernelName, kernelOf } from "../src/theory/kernel/kernels.ts";
import { planSolve } from "../src/theory/kernel/memory.ts";
import { solveLabels } from "../src/theory/kernel/outcome.ts";
import { gramOfProducts } from "../src/theory/kernel/source.ts";
import { openEngine } from "../src/train/engine.ts";

/** What is tried: scales that share the filters evenly, whether features are means over an image and its mirror, and the kernel. */
interface Tried {
  readonly name: string;
  readonly scales: readonly Partial<typeof randomConvDefaults>[];
  readonly mirrored?: boolean;
  readonly kernel?: KernelName;
}

const large = { patchSize: 8, poolSize: 13 };
const small = { patchSize: 4, poolSize: 17 };
const tried: readonly Tried[] = [
  { name: "chosen before", scales: [{}] },
  { name: "mirrored", scales: [{}], mirrored: true },
  { name: "patches of 6 and 8", scales: [{}, large] },
  { name: "patches of 6 and 4", scales: [{}, small] },
  { name: "pools of 9 at 6", scales: [{ poolSize: 9 }] },
  { name: "patches of 8", scales: [large] },
  { name: "tangent kernel", scales: [{}], kernel: "ntk" },
  { name: "mirrored, tangent kernel", scales: [{}], mirrored: true, kernel: "ntk" },
];

const [n = 2000, held = 2000, filters = 128] = process.argv.slice(2).map(Number);
const engine = await openEngine(runtime, "cpu", 1);
const { train: all } = await loadDataset("cifar10");
const total = exampleCount(all);
const [train, tests] = [rangeOf(0, n), rangeOf(total - held, total)].map((rows) =>
  takeExamples(all, rows),
) as [Dataset, Dataset];

/** Images, left and right exchanged. */
function mirror(images: Dataset): Dataset {
  const width = images.shape[3]!;
  const inputs = images.inputs.map((_, at) => images.inputs[at - (at % width) + (width - 1 - (at % width))]!);
  return { ...images, inputs };
}

/** One block of features of a scale. */
async function blockOf(
  scale: Tried["scales"][number],
  count: number,
  mirrored: boolean,
): Promise<FeatureBlock> {
  const settings = { ...randomConvDefaults, patches: 20_000, ...scale, filters: count };
  const { patchSize, patches, epsilon, seed } = settings;
  const drawn = preparePatches(train, { size: patchSize, patches, epsilon, seed }).filters(0, count);
  const features = count * featuresOfFilter(train.shape, settings);
  await using layer = await openLayer(
    engine,
    train.shape.slice(1) as [number, number, number],
    count,
    settings,
  );
  const [trained, tested] = await Promise.all(
    [train, tests].map(async (images) => {
      const rows = new Float32Array(exampleCount(images) * features);
      await layer.compute(images, inverseDeviations(images, patchSize), drawn, rows);
      if (mirrored) {
        const [flipped, other] = [mirror(images), new Float32Array(rows.length)];
        await layer.compute(flipped, inverseDeviations(flipped, patchSize), drawn, other);
        for (const [at, value] of other.entries()) rows[at]! += value;
      }
      return { rows, rounded: new Int8Array(rows.length) };
    }),
  );
  standardize(trained!, tested!, features);
  return { train: trained!.rounded, tests: tested!.rounded, features, filters: count };
}

for (const { name, scales, mirrored = false, kernel = "gaussian" } of tried) {
  const began = process.cpuUsage().user;
  async function* blocks() {
    for (const scale of scales) yield await blockOf(scale, filters / scales.length, mirrored);
  }
  const gram = await accumulateGram(engine, blocks(), n, held);
  const source = gramOfProducts(kernelOf({ kernel, bandwidth: 0.5 / gram.features, degree: 1 }), gram);
  const labels = { train: { true: train.labels, random: train.labels }, test: tests.labels, classes: 10 };
  const plan = planSolve("auto", { n, columns: 20, source: 0, limit: 4 * 2 ** 30 });
  const asked = { plan, l2: [0, 0.1], tolerance: 1e-6, iterations: 200, curve: false, filters: null };
  const { outcomes } = await solveLabels(engine, source, labels, asked);
  const errors = outcomes.filter((one) => one.labels === "true").map(({ testErrors }) => testErrors / held);
  const seconds = (process.cpuUsage().user - began) / 1e6;
  console.log(JSON.stringify({ name, n, held, filters, errors, seconds }));
}
