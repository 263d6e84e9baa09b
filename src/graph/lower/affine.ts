/**
 * @file Sums of blocked images scaled channel by channel, not yet computed.
 *
 * Batch normalization, its gradient and biases are chains of "times a number a channel, plus a number a channel";
 * a chain is gathered here and computed in one pass over the images when its result is needed.
 */

import { type Activation, type Block, type BlockedSettings, blockedConvolution } from "../ops/blocked.ts";
import { add, multiply } from "../ops/elementwise.ts";
import { reshape } from "../ops/shape.ts";
import { broadcastTo } from "../ops/sum.ts";
import { plain } from "../ops/window.ts";
import { constant, type Shape, type Value } from "../value.ts";

/** A convolution that may still take up a bias and a ReLU. */
export interface OpenConvolution {
  readonly x: Value;
  readonly filters: Value;
  readonly settings: Omit<BlockedSettings, keyof Activation>;
}

/** One scaled image: blocked `[n, c, h, w]` times `[c]`, or times 1. */
interface Term {
  readonly image: Value | OpenConvolution;
  readonly scale: Value | undefined;
}

/** `sum of scale image + shift`, with at most two terms, or none; the shift is `[c]`. */
export interface Affine {
  readonly block: Block;
  readonly shape: Shape;
  readonly terms: readonly Term[];
  readonly shift: Value | undefined;
}

const isOpen = (image: Value | OpenConvolution): image is OpenConvolution => "filters" in image;

/** An image, or a convolution that makes one, as it is. */
export const affineOf = (image: Value | OpenConvolution, shape: Shape, block: Block): Affine => ({
  block,
  shape,
  terms: [{ image, scale: undefined }],
  shift: undefined,
});

/** An image there is, times a number a channel: what takes it up need not have it computed. */
export const scaledImage = ({
  terms,
  shift,
}: Affine): { readonly image: Value; readonly scale: Value } | undefined => {
  const [first, second] = terms;
  if (!first?.scale || second || shift || isOpen(first.image)) return undefined;
  return { image: first.image, scale: first.scale };
};

/** Images of zeros. */
export const nothing = (shape: Shape, block: Block): Affine => ({
  block,
  shape,
  terms: [],
  shift: undefined,
});

const times = (a: Value | undefined, b: Value): Value => (a ? multiply(a, b) : b);
const plus = (a: Value | undefined, b: Value | undefined): Value | undefined =>
  a && b ? add(a, b) : (a ?? b);

/** Times a number a channel, `[c]`. */
export const scaled = ({ terms, shift, ...images }: Affine, factor: Value): Affine => ({
  ...images,
  terms: terms.map(({ image, scale }) => ({ image, scale: times(scale, factor) })),
  shift: shift && multiply(shift, factor),
});

/** Plus a number a channel, `[c]`. */
export const shifted = (affine: Affine, by: Value): Affine => ({ ...affine, shift: plus(affine.shift, by) });

/** The sum of two, if it has no more than two terms. */
export const added = (a: Affine, b: Affine): Affine | undefined =>
  a.terms.length + b.terms.length > 2
    ? undefined
    : { ...a, terms: [...a.terms, ...b.terms], shift: plus(a.shift, b.shift) };

/** Minus it. */
export const negated = (affine: Affine): Affine => scaled(affine, constant(-1, [affine.shape[1]!]));

const NO_ACTIVATION: Activation = { relu: false };

/** Compute it, in one pass for each term, with what becomes of the result. */
export function compute(
  { block, shape, terms, shift }: Affine,
  activation: Activation = NO_ACTIVATION,
): Value {
  const isAsItIs = activation === NO_ACTIVATION;
  const [first, second] = terms;
  const channels = shape[1]!;
  const settings = { ...plain, groups: channels, block };
  if (first === undefined) {
    const zeros = broadcastTo(constant(0), { shape });
    return shift || !isAsItIs
      ? byChannel(zeros, undefined, shift, undefined, { ...settings, ...activation })
      : zeros;
  }
  if (second === undefined) {
    if (isOpen(first.image) && first.scale === undefined) {
      const { x, filters, settings: its } = first.image;
      const operands = shift ? [x, filters, shift] : [x, filters];
      return blockedConvolution(...operands, { ...its, ...activation });
    }
    if (first.scale === undefined && shift === undefined && isAsItIs) return close(first.image);
    return byChannel(close(first.image), first.scale, shift, undefined, { ...settings, ...activation });
  }
  // A sum takes up an image as it is, so the one that is not scaled comes in there.
  const [scaledTerm, other] = first.scale ? [first, second] : [second, first];
  const rest =
    other.scale === undefined
      ? close(other.image)
      : byChannel(close(other.image), other.scale, undefined, undefined, { ...settings, ...NO_ACTIVATION });
  if (scaledTerm.scale === undefined) {
    const open = [scaledTerm, other].find(({ image }) => isOpen(image));
    if (open && isOpen(open.image)) {
      const { x, filters, settings: its } = open.image;
      const addend = close((open === other ? scaledTerm : other).image);
      return blockedConvolution(x, filters, shift ?? constant(0, [channels]), addend, {
        ...its,
        ...activation,
      });
    }
    if (shift === undefined && isAsItIs) return add(close(scaledTerm.image), rest);
  }
  return byChannel(close(scaledTerm.image), scaledTerm.scale, shift, rest, { ...settings, ...activation });
}

const close = (image: Value | OpenConvolution): Value =>
  isOpen(image) ? blockedConvolution(image.x, image.filters, { ...image.settings, ...NO_ACTIVATION }) : image;

/** A convolution of each channel by a filter of one pixel: the engine's fastest pass over images. */
function byChannel(
  image: Value,
  scale: Value | undefined,
  shift: Value | undefined,
  addend: Value | undefined,
  settings: BlockedSettings,
): Value {
  const channels = settings.groups;
  const filters = reshape(scale ?? constant(1, [channels]), { shape: [channels, 1, 1, 1] });
  const bias = shift ?? constant(0, [channels]);
  const operands = addend ? [image, filters, bias, addend] : [image, filters, bias];
  return blockedConvolution(...operands, settings);
}
