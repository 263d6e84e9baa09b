/**
 * @file From examples as Shatter has them to the input of a file: normalized, resized, and in the file's layout.
 */

import { DataError, UsageError } from "../base/errors.ts";
import { divide, subtract } from "../graph/ops/elementwise.ts";
import { permuteAxes, reshape } from "../graph/ops/shape.ts";
import { constant, type Shape, showShape, sizeOf, type Value } from "../graph/value.ts";
import type { Declared, FileNode, ModelFile } from "./file.ts";
import { resizeAxis } from "./operators/reductions.ts";
import type { FileSettings } from "./settings.ts";
import { inputOf, showSizes } from "./trace.ts";

/** How examples reach a file. */
export interface Entrance {
  /** `channels-first` and `channels-last` of images, `flat` where images become rows, `as they are` of rows. */
  readonly layout: "channels-first" | "channels-last" | "flat" | "as they are";
  /** Why, in words. */
  readonly because: string;
  /** Shape of one example as the file takes it. */
  readonly shape: Shape;
}

/**
 * Whether sizes of one example are those that an input declares, the batch left out.
 *
 * @param free - Axes of the example along which any size will do.
 */
const fits = ({ sizes }: Declared, example: Shape, free: readonly number[] = []): boolean =>
  sizes === undefined ||
  (sizes.length === example.length + 1 &&
    example.every(
      (size, axis) => free.includes(axis) || typeof sizes[axis + 1] !== "number" || sizes[axis + 1] === size,
    ));

/**
 * How examples of a shape reach a file.
 *
 * @param example - Shape of one example, images channels first.
 * @throws UsageError if they do not fit, saying what would.
 */
export function entranceOf(file: ModelFile, example: Shape, settings: FileSettings): Entrance {
  const declared = inputOf(file);
  if (example.length !== 3) {
    if (settings.resize)
      throw new UsageError(`model file: \`resize\` is for images, got examples ${showShape(example)}`);
    if (fits(declared, example))
      return { layout: "as they are", because: "examples are rows", shape: example };
    return refuse(declared, example, "");
  }
  const image = settings.resize ? [example[0]!, ...settings.resize] : example;
  const last = [...image.slice(1), image[0]!];
  const first: Entrance = { layout: "channels-first", because: "", shape: image };
  const isFree = settings.size === "free";
  const choices: Entrance[] = [
    ...(fits(declared, image, isFree ? [1, 2] : []) ? [first] : []),
    ...(fits(declared, last, isFree ? [0, 1] : [])
      ? [{ ...first, layout: "channels-last" as const, shape: last }]
      : []),
    ...(fits(declared, [sizeOf(image)]) && declared.sizes
      ? [{ ...first, layout: "flat" as const, shape: [sizeOf(image)] }]
      : []),
  ];
  const { layout } = settings;
  if (layout) {
    const chosen = choices.find((choice) => choice.layout === layout);
    return chosen
      ? { ...chosen, because: "as `layout` says" }
      : refuse(declared, layout === "channels-last" ? last : image, layout);
  }
  const [only, other] = choices;
  if (!only) return refuse(declared, image, "");
  if (!other) return { ...only, because: `its input is ${showSizes(declared.sizes)}` };
  const isTurned = turnsImages(file, declared.name);
  const chosen = choices.find((choice) => (choice.layout === "channels-last") === isTurned) ?? only;
  return {
    ...chosen,
    because: isTurned
      ? "it begins by putting channels first"
      : "the file does not say otherwise; `layout` does",
  };
}

/** Whether the first thing a file does is to put channels first, as files from TensorFlow do. */
const turnsImages = ({ nodes }: ModelFile, input: string): boolean =>
  nodes.some((node: FileNode) => {
    const perm = node.settings["perm"];
    return (
      node.operator === "Transpose" &&
      node.inputs[0] === input &&
      perm &&
      "ints" in perm &&
      String(perm.ints) === "0,3,1,2"
    );
  });

function refuse({ name, sizes }: Declared, example: Shape, layout: string): never {
  const isImage = example.length === 3 && sizes?.length === 4;
  const isLast = layout === "channels-last";
  const wanted = (sizes ?? []).slice(isLast ? 1 : 2, isLast ? 3 : 4);
  const channels = sizes?.[isLast ? 3 : 1];
  const given = example[isLast ? 2 : 0];
  const remedy =
    isImage && typeof channels === "number" && channels !== given
      ? `; it takes images of ${channels} channels, and these have ${given}: choose other data, or export it for them`
      : isImage && wanted.every((size) => typeof size === "number")
        ? `; resize them (\`resize\` ${wanted.join("x")}), give them as they are (\`size\` free), or export the model for images of this size`
        : "; export the model for such examples";
  throw new UsageError(
    `model file: expected examples for input "${name}" ${showSizes(sizes)}, got examples ${showShape(example)}${remedy}`,
  );
}

/** Examples `[batch, ...example]` as the file takes them. */
export function enter(
  x: Value,
  { layout, shape }: Entrance,
  { mean, deviation, resize }: FileSettings,
): Value {
  const isImage = x.shape.length === 4;
  const channels = x.shape[1]!;
  const each = (numbers: readonly number[]): Value => {
    if (numbers.length !== 1 && numbers.length !== channels) {
      throw new UsageError(
        `model file: expected a mean and a deviation for each of ${channels} channels, or one for all, got ${numbers.length}`,
      );
    }
    return constant(numbers, isImage ? [numbers.length, 1, 1] : [numbers.length]);
  };
  const centered = mean ? subtract(x, each(mean)) : x;
  const scaled = deviation ? divide(centered, each(deviation)) : centered;
  const how = { mode: "linear", coordinates: "half_pixel", rounding: "floor" };
  const sized = (resize ?? []).reduce((image, wanted, at) => {
    const size = image.shape[at + 2]!;
    return size === wanted ? image : resizeAxis(image, at + 2, wanted, wanted / size, how);
  }, scaled);
  if (layout === "channels-last") return permuteAxes(sized, { axes: [0, 2, 3, 1] });
  return layout === "flat" ? reshape(sized, { shape: [x.shape[0]!, ...shape] }) : sized;
}

/** The one output to take logits from: as asked, or the only one with fractions. */
export function outputOf(file: ModelFile, asked: string | undefined): string {
  const names = file.outputs.map(({ name }) => name);
  const quoted = names.map((name) => `"${name}"`).join(", ");
  if (asked !== undefined) {
    if (names.includes(asked)) return asked;
    throw new UsageError(`model file: expected \`output\` to be one of ${quoted}, got "${asked}"`);
  }
  // Training leaves statistics and masks beside what is computed.
  const aside = new Set(
    file.nodes
      .filter(({ operator }) => operator === "BatchNormalization" || operator === "Dropout")
      .flatMap(({ outputs }) => outputs.slice(1)),
  );
  const results = file.outputs.filter(({ name }) => !aside.has(name));
  // Labels are whole numbers, or texts; scores have fractions.
  const scores = results.filter(({ type }) => type === undefined || type === "float32");
  const candidates = scores.length > 0 ? scores : results;
  if (candidates.length === 1) return candidates[0]!.name;
  if (candidates.length === 0) throw new DataError("model file: expected an output, got none");
  throw new UsageError(
    `model file: expected one output with the scores of classes, got ${quoted}; choose one (\`output\`)`,
  );
}
