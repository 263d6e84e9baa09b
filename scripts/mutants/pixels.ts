/**
 * @file Wrong permutations of pixels.
 */

import { type RandomStream, randomStream } from "../../src/base/random.ts";
import { exampleSize } from "../../src/data/dataset.ts";
import { pixelLayout } from "../../src/data/layout.ts";
import type { SplitName } from "../../src/data/randomization.ts";
import { type Randomizer, randomizer, randomPixels, shufflePixels } from "../../src/data/randomize.ts";
import { hold } from "../../src/data/streamed.ts";
import type { Mutant } from "./mutant.ts";

/** A permutation of places, for one input. */
type Order = (drawn: {
  readonly random: RandomStream;
  readonly pixels: number;
  readonly width: number;
}) => Uint32Array;

/** The stream of an input's permutation. */
type Stream = (seed: number, split: SplitName, index: number) => RandomStream;

const one: Stream = (seed) => randomStream(seed, "pixels-shuffled");
const own: Stream = (seed, split, index) => randomStream(seed, `pixels-random-${split}`, index);

/** Inputs whose pixels an order moves; `channelOrder` gives channels an order of their own. */
const moved = (order: Order, stream: Stream, apart = false): Partial<Randomizer> => ({
  redrawInputs: (splits, split, indices, _, seed) => {
    const dataset = hold(splits[split]);
    const { channels, pixels } = pixelLayout(dataset);
    const size = exampleSize(dataset);
    const Values = dataset.inputs instanceof Float32Array ? Float32Array : Uint8Array;
    const out = new Values(indices.length * size);
    for (let row = 0; row < indices.length; row++) {
      const random = stream(seed, split, indices[row]!);
      const width = dataset.shape[3] ?? pixels;
      let places = order({ random, pixels, width });
      for (let channel = 0; channel < channels; channel++) {
        if (apart && channel > 0) places = order({ random, pixels, width });
        places.forEach((from, place) => {
          out[row * size + channel * pixels + place] =
            dataset.inputs[indices[row]! * size + channel * pixels + from]!;
        });
      }
    }
    return out;
  },
});

const uniform: Order = ({ random, pixels }) => random.permutation(pixels);
const places = (pixels: number, from: (place: number) => number): Uint32Array =>
  Uint32Array.from({ length: pixels }, (_, place) => from(place));
const shift: Order = ({ random, pixels }) => {
  const by = 1 + random.below(pixels - 1);
  return places(pixels, (place) => (place + by) % pixels);
};
const halfStaying: Order = ({ random, pixels }) => {
  const moving = random.permutation(pixels).subarray(0, pixels / 2);
  const order = places(pixels, (place) => place);
  random.permutation(moving.length).forEach((other, at) => {
    order[moving[at]!] = moving[other]!;
  });
  return order;
};
/** Fisher and Yates with another choice of the place to exchange with. */
const exchanging =
  (choose: (random: RandomStream, last: number, pixels: number) => number): Order =>
  ({ random, pixels }) => {
    const order = places(pixels, (place) => place);
    for (let last = pixels - 1; last > 0; last--) {
      const other = choose(random, last, pixels);
      [order[last], order[other]] = [order[other]!, order[last]!];
    }
    return order;
  };
const naive = exchanging((random, _, pixels) => random.below(pixels));
const rows: Order = ({ random, pixels, width }) => {
  const order = random.permutation(pixels / width);
  return places(pixels, (place) => order[Math.floor(place / width)]! * width + (place % width));
};
const patches: Order = ({ random, pixels, width }) => {
  const across = width / 4;
  const order = random.permutation(pixels / 16);
  return places(pixels, (place) => {
    const [y, x] = [Math.floor(place / width), place % width];
    const patch = order[Math.floor(y / 4) * across + Math.floor(x / 4)]!;
    return (Math.floor(patch / across) * 4 + (y % 4)) * width + (patch % across) * 4 + (x % 4);
  });
};
/** `pixels.sort(() => random() - 0.5)`: a comparison that contradicts itself leaves much where it was. */
const sorted: Order = ({ random, pixels }) =>
  Uint32Array.from(Array.from({ length: pixels }, (_, place) => place).sort(() => random.uniform() - 0.5));

const shuffled = { inputs: "shuffled", corrupt: 0 } as const;
const random = { inputs: "random", corrupt: 0 } as const;

const KEPT = "pixels of one input that stay, move by one distance";
const APART = "pixels not moved alike";
const ALIKE = "pairs of sampled inputs moved by the same permutation";
const ALTERED = "sampled inputs whose pixels are not those of the original";
const SEEDS = "permutations over 512 other seeds";

export const pixelMutants: readonly Mutant[] = [
  { name: "a cyclic shift as shuffled", request: shuffled, by: moved(shift, one), shownBy: KEPT },
  {
    name: "half the pixels left in place: shuffled",
    request: shuffled,
    by: moved(halfStaying, one),
    shownBy: KEPT,
  },
  {
    name: "half the pixels left in place: random",
    request: random,
    data: "gray",
    by: moved(halfStaying, own),
    shownBy: "pixels of sampled inputs with the value they had",
  },
  {
    name: "a biased shuffle (each place exchanged with any): shuffled",
    request: shuffled,
    by: moved(naive, one),
    shownBy: SEEDS,
  },
  {
    name: "a biased shuffle (each place exchanged with any): random",
    request: random,
    by: moved(naive, own),
    shownBy: "parts of the input that pixels move to",
  },
  { name: "rows moved whole as shuffled", request: shuffled, by: moved(rows, one), shownBy: KEPT },
  { name: "channels moved apart", request: random, by: moved(uniform, own, true), shownBy: ALTERED },
  {
    name: "a test set left clean: shuffled",
    request: shuffled,
    spoil: (_, original) => ({ test: original.test }),
    shownBy: APART,
  },
  {
    name: "a test set left clean: random",
    request: random,
    spoil: (_, original) => ({ test: original.test }),
    shownBy: ALIKE,
  },
  {
    name: "a test set moved by another permutation",
    request: shuffled,
    by: moved(uniform, (seed, split) => randomStream(seed, `pixels-${split}`)),
    shownBy: APART,
  },
  {
    name: "a permutation for each image where one should move all",
    request: shuffled,
    by: moved(uniform, own),
    shownBy: APART,
  },
  {
    name: "one permutation for all where each image should have its own",
    request: random,
    by: moved(uniform, one),
    shownBy: ALIKE,
  },
  {
    name: "permutations that repeat every 100 images",
    request: random,
    by: moved(uniform, (seed, split, index) => own(seed, split, index % 100)),
    shownBy: ALIKE,
  },
  {
    name: "test images moved as the training images in their places",
    request: random,
    by: moved(uniform, (seed, _, index) => own(seed, "train", index)),
    shownBy: ALIKE,
  },
  {
    name: "pixels moved anew at each access",
    request: random,
    spoil: (_, original, seed) => randomPixels(original, seed + 1),
    shownBy: "sampled inputs that differ when drawn a second time",
  },
  {
    name: "true inputs that are moved",
    request: { inputs: "true", corrupt: 0 },
    spoil: (_, original, seed) => shufflePixels(original, seed),
    shownBy: "sampled inputs that differ when drawn a second time",
  },
];

export const newPixelMutants: readonly Mutant[] = [
  {
    name: "no pixel ever stays (a single cycle)",
    request: shuffled,
    by: moved(
      exchanging((from, last) => from.below(last)),
      one,
    ),
    shownBy: SEEDS,
  },
  {
    name: "patches of 4 x 4 pixels moved whole, in each image its own way",
    request: random,
    by: moved(patches, own),
    shownBy: KEPT,
  },
  {
    name: "sorted by a random comparison",
    request: random,
    data: "gray",
    by: moved(sorted, own),
    shownBy: SEEDS,
  },
  {
    name: "every tenth image left as it was",
    request: random,
    by: {
      redrawInputs: (splits, split, indices, inputs, seed) => {
        const size = exampleSize(splits[split]);
        const out = randomizer.redrawInputs(splits, split, indices, inputs, seed);
        for (let row = 0; row < indices.length; row++) {
          const index = indices[row]!;
          if (index % 10 === 9)
            out.set(hold(splits[split]).inputs.subarray(index * size, (index + 1) * size), row * size);
        }
        return out;
      },
    },
    shownBy: "pixels of sampled inputs with the value they had",
  },
];
