/**
 * @file Batch normalization as one operator again: evaluation computes it by arithmetic, and other programs look for the operator,
 * to fold it, to train it on, or to show it.
 */

import { attributeInit, type GraphInit, type NodeInit, type TensorInit, tensorInit } from "./write.ts";

/** What a batch normalization is made of, by the names of the tensors; each is `[channels]`. */
interface Norm {
  readonly x: string;
  /** A tensor, or what all elements are. */
  readonly scale: string | number;
  readonly shift: string;
  readonly mean: string;
  readonly variance: string;
  readonly epsilon: number;
}

/**
 * Write `(x - mean) (scale / sqrt(variance + epsilon)) + shift` by channel as BatchNormalization in inference mode (Ioffe and
 * Szegedy, ICML 2015, algorithm 2), wherever mean and variance are running averages.
 *
 * @param averages - Names of the running averages, `[channels]`, of images `[n, channels, h, w]`.
 */
export function writeNorms(graph: GraphInit, averages: ReadonlySet<string>): GraphInit {
  if (averages.size === 0) return graph;
  const find = finder(graph, averages);
  const initializer = [...(graph.initializer ?? [])];
  const channelsOf = new Map(
    [...graph.input.map(({ name }) => name!)].map((name) => [name, find.channelsOf(name)]),
  );
  const node = graph.node.map((each): NodeInit => {
    const norm = find.norm(each);
    if (!norm) return each;
    const [output] = each.output as string[];
    let { scale } = norm;
    if (typeof scale === "number") {
      const channels = channelsOf.get(norm.mean)!;
      const name = `${output}_scale`;
      initializer.push(tensorInit(name, "float32", [channels], new Float32Array(channels).fill(scale)));
      scale = name;
    }
    return {
      opType: "BatchNormalization",
      name: output!,
      input: [norm.x, scale, norm.shift, norm.mean, norm.variance],
      output: [output!],
      attribute: [attributeInit("epsilon", { float: norm.epsilon })],
    };
  });
  return withoutUnused({ ...graph, node, initializer });
}

/** Finds batch normalizations in a graph. */
function finder({ node, initializer = [], input }: GraphInit, averages: ReadonlySet<string>) {
  const makers = new Map(node.flatMap((each) => (each.output ?? []).map((name) => [name, each] as const)));
  const tensors = new Map<string, TensorInit>(initializer.map((tensor) => [tensor.name!, tensor]));
  const givens = new Map(input.map((given) => [given.name!, given]));

  /** The operands of what makes a value, in both orders, if it is an operator. */
  const madeBy = (operator: string, name: string | undefined): readonly (readonly [string, string])[] => {
    const maker = makers.get(name ?? "");
    const [a = "", b = ""] = maker?.input ?? [];
    if (maker?.opType !== operator) return [];
    return operator === "Add" || operator === "Mul"
      ? [
          [a, b],
          [b, a],
        ]
      : [[a, b]];
  };
  const channelsOf = (name: string): number | undefined => {
    const { type } = givens.get(name) ?? {};
    const dims = type?.value?.case === "tensorType" ? type.value.value.shape?.dim : undefined;
    const sizes = dims
      ? dims.map(({ value }) => (value?.case === "dimValue" ? Number(value.value) : 0))
      : (tensors.get(name)?.dims ?? []).map(Number);
    return sizes.length === 1 ? sizes[0] : undefined;
  };
  /** The tensor `[channels]` that a value is, stretched over images: `[channels, 1, 1]`. */
  const vector = (name: string): string | undefined => {
    const sizes = wholesOf(tensors.get(makers.get(name)?.input?.[1] ?? ""));
    const isStretched = sizes.length === 3 && sizes[1] === 1 && sizes[2] === 1;
    const source = behindReshapes(name);
    return isStretched && channelsOf(source) === sizes[0] ? source : undefined;
  };
  const behindReshapes = (name: string): string => {
    let source = name;
    for (let [next] = madeBy("Reshape", source); next; [next] = madeBy("Reshape", source)) source = next[0];
    return source;
  };
  const numberOf = (name: string): number | undefined => {
    const { dims = [], rawData } = tensors.get(name) ?? {};
    if (!rawData || dims.length > 0 || rawData.length !== 4) return undefined;
    return new DataView(rawData.buffer, rawData.byteOffset).getFloat32(0, true);
  };
  /** `scale / sqrt(variance + epsilon)`. */
  const factor = (name: string): Pick<Norm, "scale" | "variance" | "epsilon"> | undefined => {
    const [quotient] = madeBy("Div", behindReshapes(name));
    const [root] = madeBy("Sqrt", quotient?.[1]);
    for (const [variance, added] of madeBy("Add", root?.[0])) {
      const epsilon = numberOf(added);
      const above = quotient![0];
      const scale = numberOf(above) ?? behindReshapes(above);
      const fits = typeof scale === "number" || channelsOf(scale) === channelsOf(variance);
      if (averages.has(variance) && epsilon !== undefined && fits) return { scale, variance, epsilon };
    }
    return undefined;
  };
  return {
    channelsOf,
    norm({ output = [] }: NodeInit): Norm | undefined {
      for (const [scaled, shifted] of madeBy("Add", output[0])) {
        const shift = vector(shifted);
        if (shift === undefined) continue;
        for (const [centered, scaling] of madeBy("Mul", scaled)) {
          const [difference] = madeBy("Sub", centered);
          const mean = difference && vector(difference[1]);
          const found = factor(scaling);
          if (mean === undefined || !averages.has(mean) || !found) continue;
          return { x: difference![0], shift, mean, ...found };
        }
      }
      return undefined;
    },
  };
}

const wholesOf = (tensor: TensorInit | undefined): number[] =>
  tensor?.rawData && tensor.rawData.length % 8 === 0
    ? Array.from(new BigInt64Array(tensor.rawData.slice().buffer), Number)
    : [];

/** A graph without nodes and tensors that no output needs. */
function withoutUnused(graph: GraphInit): GraphInit {
  const wanted = new Set(graph.output.map(({ name }) => name!));
  const node = graph.node
    .toReversed()
    .filter(({ output = [], input = [] }) => {
      const isWanted = output.some((name) => wanted.has(name));
      if (isWanted) for (const name of input) wanted.add(name);
      return isWanted;
    })
    .reverse();
  return { ...graph, node, initializer: (graph.initializer ?? []).filter(({ name }) => wanted.has(name!)) };
}
