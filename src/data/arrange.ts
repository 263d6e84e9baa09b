/**
 * @file From arrays of files to datasets: which axis is which, what is a pixel, which labels go with it.
 */

import { DataError } from "../base/errors.ts";
import { countElements, type FileArray, isTexts, showSizes } from "./array.ts";
import { type DataOptions, drawnBy, type ReadData } from "./data-options.ts";
import { checkDataset, type Dataset, type Splits } from "./dataset.ts";
import { drawTest } from "./draw-test.ts";
import { withImageAxes } from "./image-axes.ts";
import { readTarget } from "./labels.ts";
import { groupsOfArrays, refuseDivided, tellGroups } from "./read-groups.ts";

/** Examples and their labels, as two arrays. */
export interface ArrayPair {
  readonly inputs: FileArray;
  readonly labels: FileArray;
  /** Of both pairs or of none. */
  readonly groups?: FileArray | undefined;
}

/** What arrays hold; without a test, it is drawn. */
export interface ArraySplits {
  readonly train: ArrayPair;
  readonly test?: ArrayPair | undefined;
  /** Names of the classes 0, 1, ..., where a file has them. */
  readonly classNames?: readonly string[] | undefined;
}

type Layout = NonNullable<DataOptions["layout"]>;

/**
 * Make datasets of arrays: two axes are rows, three gray images, four images with channels; `uint8` are pixels, all other
 * numbers are used as they are, in single precision.
 *
 * @param name - What people call the data.
 * @throws DataError if arrays do not fit each other, are no examples, or two layouts are possible and none is given.
 */
export function arrangeSplits(
  name: string,
  { train, test, classNames }: ArraySplits,
  options: DataOptions,
): ReadData {
  if (options.shape !== undefined) {
    const withAxes = (pair: ArrayPair): ArrayPair => ({
      ...pair,
      inputs: withImageAxes(pair.inputs, options),
    });
    const { shape: _, ...rest } = options;
    const layout = rest.layout ?? "channels-first";
    const given = { train: withAxes(train), test: test && withAxes(test), classNames };
    return arrangeSplits(name, given, { ...rest, layout });
  }
  const pairs = test ? [train, test] : [train];
  for (const { inputs, labels } of pairs) {
    if (inputs.shape[0] !== labels.shape[0]) {
      throw new DataError(
        `${labels.where}: expected ${inputs.shape[0]} labels, one an example of ${inputs.where}, got ${labels.shape[0]}`,
      );
    }
  }
  const layout = layoutOf(train.inputs, options.layout);
  const target = readTarget(
    pairs.map((pair) => pair.labels),
    { name: "target", type: options.targetType, isTable: train.inputs.shape.length === 2, classNames },
  );
  const groups =
    train.groups &&
    groupsOfArrays(
      pairs.map((pair) => pair.groups!),
      pairs.map(({ inputs }) => inputs.shape[0]!),
    );
  const [first, second] = pairs.map(({ inputs }, at): Dataset => {
    const arranged = arrangeAxes(inputs, layout, options.transpose ?? false);
    return checkDataset(
      {
        name,
        ...arranged,
        labels: target.labels[at]!,
        classNames: target.classNames,
        ...(target.values && { values: target.values }),
        ...(groups && { groups: groups[at]! }),
      },
      inputs.where,
    );
  }) as [Dataset, Dataset?];
  const understood = [
    ...describeArrays(train, first, layout, options.transpose ?? false),
    `${train.labels.where}: ${showSizes(train.labels.shape)} of ${train.labels.type}: ${target.told}`,
  ];
  const chosen = train.inputs.shape.length === 4 ? { layout } : {};
  if (second) {
    checkAlike(first, second, test!.inputs.where, train.inputs.where);
    const splits = { train: first, test: second };
    if (groups) refuseDivided({ train: groups[0]!, test: groups[1]! }, "`group`", test!.groups!.where);
    return {
      splits,
      understood: [
        ...understood,
        `${first.shape[0]} examples are for training, ${second.shape[0]} for the test`,
        ...tellArrayGroups(train, splits),
      ],
      chosen,
    };
  }
  const { splits, told } = drawTest(first, options, train.labels.where);
  const said = [...understood, told, ...tellArrayGroups(train, splits)];
  return { splits, understood: said, chosen: { ...chosen, ...drawnBy(options) } };
}

const tellArrayGroups = ({ groups }: ArrayPair, { train, test }: Splits): string[] =>
  groups ? [tellGroups({ train: train.groups!, test: test.groups! }, `${groups.where} has the groups`)] : [];

function checkAlike(train: Dataset, test: Dataset, where: string, other: string): void {
  const [expected, got] = [train, test].map((split) => showSizes(split.shape.slice(1)));
  if (expected !== got || train.inputs.constructor !== test.inputs.constructor) {
    const type = (split: Dataset): string => (split.inputs instanceof Uint8Array ? "pixels" : "numbers");
    throw new DataError(
      `${where}: expected examples ${expected} of ${type(train)} as in ${other}, got ${got} of ${type(test)}`,
    );
  }
}

/** Channels that images usually have. */
const isChannels = (size: number | undefined): boolean => size === 1 || size === 3 || size === 4;

function layoutOf({ shape, where }: FileArray, asked: Layout | undefined): Layout {
  if (asked !== undefined || shape.length !== 4) return asked ?? "channels-first";
  const [first, last] = [isChannels(shape[1]), isChannels(shape[3])];
  if (first && last) {
    throw new DataError(
      `${where}: expected to see which axis is of channels, got ${showSizes(shape)}, where both may be; ` +
        "say it by `layout`: channels-first or channels-last",
    );
  }
  return last ? "channels-last" : "channels-first";
}

/** Inputs of a dataset, and their shape. */
type Arranged = Pick<Dataset, "inputs" | "shape">;

/**
 * Examples of an array, channels first.
 *
 * @throws DataError if it has no such axes.
 */
export function arrangeAxes(
  { values, shape, where }: FileArray,
  layout: Layout,
  isTransposed: boolean,
): Arranged {
  if (isTexts(values)) {
    throw new DataError(`${where}: expected numbers, got texts; a table with texts can be read as CSV`);
  }
  if (shape.length < 2 || shape.length > 4 || countElements(shape) === 0) {
    throw new DataError(
      `${where}: expected rows [count, columns], gray images [count, height, width] or images with channels, got ${showSizes(shape)}`,
    );
  }
  const inputs = values instanceof Float64Array ? Float32Array.from(values) : values;
  const [count = 0, a = 0, b = 0, c = 0] = shape;
  if (shape.length === 2) return { inputs, shape };
  const [channels, height, width] =
    shape.length === 3 ? [1, a, b] : layout === "channels-last" ? [c, a, b] : [a, b, c];
  // How far apart neighbors along an axis are in the file.
  const steps =
    layout === "channels-last" && shape.length === 4
      ? [1, width * channels, channels]
      : [height * width, width, 1];
  const isPlain = !isTransposed && steps[2] === 1;
  if (isPlain) return { inputs, shape: [count, channels, height, width] };
  const [alongChannels, alongRows, alongColumns] = steps as [number, number, number];
  const [rows, columns] = isTransposed ? [width, height] : [height, width];
  const [nextRow, nextColumn] = isTransposed ? [alongColumns, alongRows] : [alongRows, alongColumns];
  const result = inputs.slice();
  let to = 0;
  for (let from = 0; from < inputs.length; from += channels * height * width) {
    for (let channel = 0; channel < channels; channel++) {
      for (let row = 0; row < rows; row++) {
        const start = from + channel * alongChannels + row * nextRow;
        for (let column = 0; column < columns; column++) result[to++] = inputs[start + column * nextColumn]!;
      }
    }
  }
  return { inputs: result, shape: [count, channels, rows, columns] };
}

function describeArrays(
  { inputs }: ArrayPair,
  dataset: Dataset,
  layout: Layout,
  isTransposed: boolean,
): string[] {
  const { shape, type, values, where } = inputs;
  const how =
    shape.length === 2
      ? `rows of ${shape[1]} columns`
      : `images of ${showSizes(dataset.shape.slice(1))} (channels, height, width)` +
        (shape.length === 4 ? `, ${layout} in the file` : "");
  const scale =
    type === "uint8"
      ? "pixels from 0 to 255"
      : `numbers that are used as they are${values instanceof Float64Array ? ", in single precision" : ""}`;
  return [
    `${where}: ${showSizes(shape)} of ${type}: ${how}, ${scale}${isTransposed ? "; height and width are exchanged" : ""}`,
    ...(/int/.test(type) && type !== "uint8" && isPixelRange(dataset.inputs)
      ? [`${where}: whole numbers within 0 to 255; if these are pixels, save them as uint8`]
      : []),
  ];
}

const isPixelRange = (values: Dataset["inputs"]): boolean => {
  let most = 0;
  for (const value of values) {
    if (value < 0 || value > 255) return false;
    if (value > most) most = value;
  }
  return most > 100;
};
