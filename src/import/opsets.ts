/**
 * @file What changed between operator sets, one table: each entry makes a node of an older set one of a newer.
 *
 * Source: the version history of each operator in ONNX's Operators.md and Changelog.md, sets 7 to 24.
 */

import { type Call, entryOf, floatOf, type Item, intsOf, tensor } from "./call.ts";
import type { Settings } from "./file.ts";

/** A change of an operator. */
interface Change {
  /** The operator set that brought it. */
  readonly since: number;
  readonly upgrade: (call: Call) => Call;
}

const without = (settings: Settings, ...names: readonly string[]): Settings =>
  Object.fromEntries(Object.entries(settings).filter(([name]) => !names.includes(name)));

const withItem = (call: Call, at: number, item: Item | undefined): Call => {
  const items = [...call.items];
  while (items.length <= at) items.push(undefined);
  items[at] = item;
  return { ...call, items };
};

/** Whole numbers that were a setting become an operand. */
const intsBecomeOperand = (since: number, at: number, name = "axes"): Change => ({
  since,
  upgrade(call) {
    const ints = intsOf(call, name);
    const bare = { ...call, settings: without(call.settings, name) };
    return ints ? withItem(bare, at, tensor(ints)) : bare;
  },
});
const axesBecomeOperand = (since: number): Change => intsBecomeOperand(since, 1);

/** A number that was a setting becomes an operand. */
const numberBecomesOperand = (call: Call, at: number, name: string, otherwise: number): Call => {
  const number = floatOf(call, name, otherwise);
  return withItem({ ...call, settings: without(call.settings, name) }, at, tensor([number], [], "float32"));
};

/** Softmax looked at everything from its axis on as one row, and that axis was the second unless told. */
const flattensFromAxis: Change = {
  since: 13,
  upgrade: (call) => ({
    ...call,
    settings: { axis: { int: 1 }, ...call.settings, flattens: { int: 1 } },
  }),
};

/** Resizing took the nearest pixel of a grid that begins at the corner. */
const cornerGrid: Settings = {
  coordinate_transformation_mode: { string: "asymmetric" },
  nearest_mode: { string: "floor" },
};

const changes: { readonly [operator: string]: readonly Change[] } = {
  Squeeze: [axesBecomeOperand(13)],
  Unsqueeze: [axesBecomeOperand(13)],
  Split: [intsBecomeOperand(13, 1, "split")],
  ReduceSum: [axesBecomeOperand(13)],
  ReduceMean: [axesBecomeOperand(18)],
  ReduceMax: [axesBecomeOperand(18)],
  ReduceMin: [axesBecomeOperand(18)],
  ReduceProd: [axesBecomeOperand(18)],
  ReduceL1: [axesBecomeOperand(18)],
  ReduceL2: [axesBecomeOperand(18)],
  ReduceSumSquare: [axesBecomeOperand(18)],
  ReduceLogSumExp: [axesBecomeOperand(18)],
  Slice: [
    {
      since: 10,
      upgrade: (call) =>
        ["starts", "ends", "axes"].reduce(
          (changed, name, at) => intsBecomeOperand(10, at + 1, name).upgrade(changed),
          call,
        ),
    },
  ],
  Pad: [
    {
      since: 11,
      upgrade: (call) => numberBecomesOperand(intsBecomeOperand(11, 1, "pads").upgrade(call), 2, "value", 0),
    },
  ],
  Clip: [
    {
      since: 11,
      upgrade: (call) =>
        numberBecomesOperand(
          numberBecomesOperand(call, 1, "min", Number.NEGATIVE_INFINITY),
          2,
          "max",
          Number.POSITIVE_INFINITY,
        ),
    },
  ],
  Dropout: [{ since: 12, upgrade: (call) => numberBecomesOperand(call, 1, "ratio", 0.5) }],
  Softmax: [flattensFromAxis],
  LogSoftmax: [flattensFromAxis],
  Resize: [
    {
      since: 11,
      // Scales came second; then a region did.
      upgrade: (call) => ({
        ...call,
        items: [call.items[0], undefined, call.items[1]],
        settings: { ...cornerGrid, ...call.settings },
      }),
    },
  ],
  Upsample: [
    {
      since: 9,
      upgrade(call) {
        const scales = call.settings["scales"];
        return scales && "floats" in scales
          ? withItem(call, 1, tensor(scales.floats, undefined, "float32"))
          : call;
      },
    },
    {
      since: Number.POSITIVE_INFINITY,
      upgrade: (call) => ({
        ...call,
        operator: "Resize",
        items: [call.items[0], undefined, call.items[1]],
        settings: { ...cornerGrid, ...without(call.settings, "scales") },
      }),
    },
  ],
  GroupNormalization: [
    {
      since: 21,
      // One factor and one shift a group, then one a channel.
      upgrade: (call) => ({ ...call, settings: { ...call.settings, a_group: { int: 1 } } }),
    },
  ],
};

/** A node as the newest operator set says it. */
export const upgrade = (call: Call): Call =>
  (entryOf(changes, call.operator) ?? []).reduce(
    (changed, change) => (call.opset < change.since ? change.upgrade(changed) : changed),
    call,
  );
