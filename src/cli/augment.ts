/**
 * @file The option `--augment crop,flip,rotate:25`, or `box,flip,color`.
 */

import { InvalidArgumentError } from "commander";
import { unknownName } from "../base/suggest.ts";
import type { Augmentation } from "../data/augment.ts";
import { numberIn } from "./output.ts";

/** Flags and description, to be given to a command. */
export const AUGMENT = [
  "--augment <changes>",
  "change training images at random, each in each epoch: crop (a 28x28 window), flip (left for right), rotate:DEGREES (up to, either way), box (a part, stretched; evaluation sees the central 87.5 %), color",
  parseAugment,
] as const;

const NAMES = ["crop", "flip", "rotate", "box", "color", "none"];

/** Parse a list of changes; `none` is the list of none. */
export function parseAugment(text: string): Augmentation {
  const names = text.split(",").map((part) => part.trim());
  const given = new Map(
    names.map((part) => {
      const [name, ...amount] = part.split(":");
      return [name!, amount.length === 0 ? undefined : amount.join(":")] as const;
    }),
  );
  for (const [name, amount] of given) {
    if (!NAMES.includes(name)) throw new InvalidArgumentError(`${unknownName("change", name, NAMES)}.`);
    if (name === "rotate" && amount === undefined) {
      throw new InvalidArgumentError('expected an angle, such as rotate:25, got "rotate".');
    }
    if (name !== "rotate" && amount !== undefined) {
      throw new InvalidArgumentError(`expected "${name}" without a number, got "${name}:${amount}".`);
    }
  }
  if (given.size < names.length) throw new InvalidArgumentError(`expected each change once, got "${text}".`);
  if (given.has("none") && given.size > 1) {
    throw new InvalidArgumentError(`expected changes or none, got "${text}".`);
  }
  const angle = given.get("rotate");
  return {
    crop: given.has("crop"),
    flip: given.has("flip"),
    rotation: angle === undefined ? 0 : numberIn(0, 180, { low: true })(angle),
    ...(given.has("box") && { box: true }),
    ...(given.has("color") && { color: true }),
  };
}
