/**
 * @file How a GPU computes convolutions fastest: ways are measured for some seconds, once, and the fastest is kept.
 */

import type { InferenceSession, Tensor } from "onnxruntime-node";
import { gradient } from "../graph/gradient.ts";
import { type FilterWay, filterWays } from "../graph/lower/gpu/filter-gradient.ts";
import { gpu } from "../graph/lower/lowering.ts";
import { writeOnnx } from "../graph/onnx/write.ts";
import { convolution } from "../graph/ops/convolution.ts";
import { multiply, relu } from "../graph/ops/elementwise.ts";
import { sum } from "../graph/ops/sum.ts";
import { plain } from "../graph/ops/window.ts";
import { type Graph, inOrder, input, sizeOf, type Value } from "../graph/value.ts";
import type { Runtime, Sessions } from "./sessions.ts";

/** A provider of ONNX Runtime, with its options. */
export type Provider = InferenceSession.ExecutionProviderConfig;

/** How convolutions are computed. */
interface Way {
  /** How gradients of filters are. */
  readonly filters: FilterWay;
  /** Of images within the provider. */
  readonly layout: "NCHW" | "NHWC";
}

/** The first is what is kept where nothing can be measured: it transposes least. */
const WAYS: readonly Way[] = (["NCHW", "NHWC"] as const).flatMap((layout) =>
  filterWays.map((filters) => ({ filters, layout })),
);

/** Seconds after which no further way is tried. */
const PATIENCE = 8;
/** Seconds of a first run from which on no other way is tried: that is software, which takes so long to compile. */
const SLOW = 3;
/** Runs of a way, after one that compiles. */
const RUNS = 5;
/** How much faster than those before a way must be, so that chance does not choose, and bytes differ, among equals. */
const CLEARLY = 0.9;

/** Sessions on WebGPU, and the lowering for it. */
export function openGpu(
  runtime: Runtime,
  openWith: (provider: Provider) => Sessions["open"],
): Pick<Sessions, "open"> & { readonly layout: string; lower(graph: Graph): Promise<Graph> } {
  const openFor = ({ layout }: Way): Sessions["open"] =>
    openWith({ name: "webgpu", preferredLayout: layout });
  let chosen: Promise<Way> | undefined;
  let [way] = WAYS as [Way];
  return {
    layout: gpu(way.filters).layout,
    open: (model, kept) => openFor(way)(model, kept),
    async lower(graph) {
      if (hasFilterGradient(graph)) {
        chosen ??= fastest(runtime, openFor);
        way = await chosen;
      }
      return gpu(way.filters).lower(graph);
    },
  };
}

const hasFilterGradient = ({ outputs }: Graph): boolean =>
  inOrder(outputs.map(({ value }) => value)).some(
    (value) => value.kind === "application" && value.operation.name === "filterGradient",
  );

async function fastest(runtime: Runtime, openFor: (way: Way) => Sessions["open"]): Promise<Way> {
  const graph = sample();
  const feeds: { [name: string]: Tensor } = Object.fromEntries(
    graph.inputs.map(({ name, shape }) => [
      name,
      new runtime.Tensor("float32", new Float32Array(sizeOf(shape)).fill(0.01), shape),
    ]),
  );
  const begun = performance.now();
  const isLate = (): boolean => performance.now() - begun > 1000 * PATIENCE;
  let [best] = WAYS as [Way];
  let least = Number.POSITIVE_INFINITY;
  for (const way of WAYS) {
    if (isLate()) break;
    const session = await openFor(way)(writeOnnx(gpu(way.filters).lower(graph)));
    const time = async (): Promise<number> => {
      const before = performance.now();
      await session.run(feeds);
      return performance.now() - before;
    };
    const first = await time();
    const isSlow = first > 1000 * SLOW;
    const times: number[] = [];
    while (times.length < RUNS && !isSlow && !isLate()) times.push(await time());
    await session.release();
    if (isSlow) break;
    const fastestOfRuns = Math.min(...times);
    if (fastestOfRuns < CLEARLY * least) [best, least] = [way, fastestOfRuns];
  }
  return best;
}

/** The gradients of two convolutions, one of few channels on many pixels and one of many on few, as numbers few enough to read. */
function sample(): Graph {
  const [wide, deep] = [square("wide", 32, 28), square("deep", 128, 7)];
  return {
    name: "ways",
    inputs: [...wide.inputs, ...deep.inputs],
    outputs: [...wide.outputs, ...deep.outputs],
  };
}

/** 32 images of some channels and sides, convolved by 3x3 filters to as many: the gradients, that by the images summed. */
function square(name: string, channels: number, side: number): Graph {
  const x = input(`${name}.x`, [32, channels, side, side]);
  const w = input(`${name}.w`, [channels, channels, 3, 3]);
  const y = relu(convolution(x, w, { ...plain, pads: [1, 1, 1, 1], groups: 1 }));
  const total = (of: Value): Value => sum(multiply(of, of), { axes: [0, 1, 2, 3], keepDims: false });
  const [dx, dw] = gradient(total(y), [x, w]);
  const outputs = [
    { name: `${name}.dx`, value: total(dx!) },
    { name: `${name}.dw`, value: dw! },
  ];
  return { name, inputs: [x, w], outputs };
}
