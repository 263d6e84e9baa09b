/**
 * @file Inception v3, the paper's network for ImageNet, as in the TensorFlow package that the paper used.
 */

import { UsageError } from "../../base/errors.ts";
import { relu } from "../../graph/ops/elementwise.ts";
import { concat } from "../../graph/ops/pieces.ts";
import { averagePool } from "../../graph/ops/pool.ts";
import type { Value } from "../../graph/value.ts";
import { convolutionLayer, dense, flatten, globalMean, maxPoolLayer } from "../layers.ts";
import { type Model, requireImages } from "../model.ts";
import { batchNorm, type Momentum, momentumOf } from "../normalizations.ts";
import type { Scope } from "../scope.ts";

/** How far a batch moves the running averages: TensorFlow's decay of 0.9997. */
const BATCH_WEIGHT = 0.0003;
/** Weight of the auxiliary head's loss beside that of the network. */
const AUXILIARY = 0.4;
/** Smallest height and width: below it the last pool's windows do not fit. */
const SMALLEST = 75;

type Pads = "same" | "valid";
/** A convolution without bias, batch normalization, ReLU. */
type Conv = (x: Value, at: string, filters: number, kernel: Kernel, stride?: number, pads?: Pads) => Value;
type Kernel = number | readonly [number, number];

const convIn =
  (scope: Scope, momentum: Momentum): Conv =>
  (x, at, filters, kernel, stride = 1, pads = "same") =>
    relu(
      batchNorm(
        convolutionLayer(x, { filters, kernel, stride, pads, bias: false }, scope, at),
        scope,
        at,
        momentum,
      ),
    );

const join = (...branches: [Value, ...Value[]]): Value => concat(...branches, { axis: 1 });

/** Means of 3 x 3 windows; what is around the image does not count, as in TensorFlow. */
const smooth = (x: Value): Value =>
  averagePool(x, { kernel: [3, 3], strides: [1, 1], pads: [1, 1, 1, 1], countPads: false });

const halve = (x: Value): Value => maxPoolLayer(x, 3, 2, "valid");

/** Convolutions one after another, each given its name, filters, kernel, and, where told, stride and pads. */
type Link = readonly [string, number, Kernel, number?, Pads?];
const chain = (conv: Conv, x: Value, at: string, ...links: readonly Link[]): Value =>
  links.reduce((h, [name, ...rest]) => conv(h, `${at}.${name}`, ...rest), x);

/** Module of 1 x 1, 5 x 5 and twice 3 x 3 windows, `[35, 35]` where images are `[299, 299]`. */
const module35 = (conv: Conv, x: Value, at: string, pooled: number): Value =>
  join(
    conv(x, `${at}.branch1x1`, 64, 1),
    chain(conv, x, at, ["branch5x5_1", 48, 1], ["branch5x5_2", 64, 5]),
    chain(conv, x, at, ["branch3x3dbl_1", 64, 1], ["branch3x3dbl_2", 96, 3], ["branch3x3dbl_3", 96, 3]),
    conv(smooth(x), `${at}.branch_pool`, pooled, 1),
  );

const reduce35 = (conv: Conv, x: Value, at: string): Value =>
  join(
    conv(x, `${at}.branch3x3`, 384, 3, 2, "valid"),
    chain(
      conv,
      x,
      at,
      ["branch3x3dbl_1", 64, 1],
      ["branch3x3dbl_2", 96, 3],
      ["branch3x3dbl_3", 96, 3, 2, "valid"],
    ),
    halve(x),
  );

/** Module of windows 7 high and 7 wide, one after the other, `[17, 17]`. */
const module17 = (conv: Conv, x: Value, at: string, filters: number): Value =>
  join(
    conv(x, `${at}.branch1x1`, 192, 1),
    chain(
      conv,
      x,
      at,
      ["branch7x7_1", filters, 1],
      ["branch7x7_2", filters, [1, 7]],
      ["branch7x7_3", 192, [7, 1]],
    ),
    chain(
      conv,
      x,
      at,
      ["branch7x7dbl_1", filters, 1],
      ["branch7x7dbl_2", filters, [7, 1]],
      ["branch7x7dbl_3", filters, [1, 7]],
      ["branch7x7dbl_4", filters, [7, 1]],
      ["branch7x7dbl_5", 192, [1, 7]],
    ),
    conv(smooth(x), `${at}.branch_pool`, 192, 1),
  );

const reduce17 = (conv: Conv, x: Value, at: string): Value =>
  join(
    chain(conv, x, at, ["branch3x3_1", 192, 1], ["branch3x3_2", 320, 3, 2, "valid"]),
    chain(
      conv,
      x,
      at,
      ["branch7x7x3_1", 192, 1],
      ["branch7x7x3_2", 192, [1, 7]],
      ["branch7x7x3_3", 192, [7, 1]],
      ["branch7x7x3_4", 192, 3, 2, "valid"],
    ),
    halve(x),
  );

/** Module whose branches part once more, `[8, 8]`. */
function module8(conv: Conv, x: Value, at: string): Value {
  const part = (h: Value, name: string, letter: readonly [string, string]): Value =>
    join(
      conv(h, `${at}.${name}${letter[0]}`, 384, [1, 3]),
      conv(h, `${at}.${name}${letter[1]}`, 384, [3, 1]),
    );
  const deep = chain(conv, x, at, ["branch3x3dbl_1", 448, 1], ["branch3x3dbl_2", 384, 3]);
  return join(
    conv(x, `${at}.branch1x1`, 320, 1),
    part(conv(x, `${at}.branch3x3_1`, 384, 1), "branch3x3_2", ["a", "b"]),
    part(deep, "branch3x3dbl_3", ["a", "b"]),
    conv(smooth(x), `${at}.branch_pool`, 192, 1),
  );
}

/** What training also makes tell the label: pooled, 1 x 1, then one window over all that is left. */
function auxiliaryHead(conv: Conv, x: Value, classes: number, scope: Scope): Value {
  const size = Math.min(5, x.shape[2]!, x.shape[3]!);
  const pooled = averagePool(x, {
    kernel: [size, size],
    strides: [3, 3],
    pads: [0, 0, 0, 0],
    countPads: false,
  });
  const projected = conv(pooled, "AuxLogits.conv0", 128, 1);
  const [height, width] = projected.shape.slice(2) as [number, number];
  const top = conv(projected, "AuxLogits.conv1", 768, [height, width], 1, "valid");
  return dense(flatten(top), classes, scope, "AuxLogits.fc");
}

/** The network up to the auxiliary head, `[17, 17]`. */
function trunk(conv: Conv, x: Value): Value {
  const small = halve(
    conv(
      conv(conv(x, "Conv2d_1a_3x3", 32, 3, 2, "valid"), "Conv2d_2a_3x3", 32, 3, 1, "valid"),
      "Conv2d_2b_3x3",
      64,
      3,
    ),
  );
  const images = halve(conv(conv(small, "Conv2d_3b_1x1", 80, 1), "Conv2d_4a_3x3", 192, 3, 1, "valid"));
  const at35 = [32, 64, 64].reduce(
    (h, pooled, index) => module35(conv, h, `Mixed_5${"bcd"[index]}`, pooled),
    images,
  );
  return [128, 160, 160, 192].reduce(
    (h, filters, index) => module17(conv, h, `Mixed_6${"bcde"[index]}`, filters),
    reduce35(conv, at35, "Mixed_6a"),
  );
}

/**
 * Inception v3 (Szegedy et al. 2016), 299 x 299 images of 1,000 classes: 23,817,352 parameters, and 3,325,800 more of the auxiliary
 * head, which is there in training only. Layers have torchvision's names.
 *
 * As in the TensorFlow package, and otherwise than in torchvision: normalizations have no factor, means of windows do not count
 * what is around the image, and batches move the running averages by 0.0003, by more while there were few.
 * Dropout and smoothed labels are the recipe's.
 */
export const inceptionV3: Model = {
  name: "inception-v3",
  title: "Inception v3: 94 convolutions with batch normalization, and an auxiliary head in training",
  usual: { example: [3, 299, 299], classes: 1000 },
  source: "Szegedy et al., CVPR 2016; the paper's network for ImageNet",
  initialization: "truncated-normal",
  logits(x, classes, scope) {
    requireImages("inception-v3", x);
    const [, , height, width] = x.shape as [number, number, number, number];
    if (Math.min(height, width) < SMALLEST) {
      throw new UsageError(
        `model "inception-v3": expected images of at least ${SMALLEST} x ${SMALLEST}, got ${height} x ${width}; bring them to a size (\`size\` 75), or take inception`,
      );
    }
    const conv = convIn(scope, momentumOf(scope, BATCH_WEIGHT));
    const middle = trunk(conv, x);
    const deep = module8(conv, module8(conv, reduce17(conv, middle, "Mixed_7a"), "Mixed_7b"), "Mixed_7c");
    const logits = dense(scope.dropout(globalMean(deep)), classes, scope, "fc");
    scope.auxiliary(() => auxiliaryHead(conv, middle, classes, scope), AUXILIARY);
    return logits;
  },
};
