import { describe, expect, test } from "vitest";
import { hashOf } from "../../scripts/golden-cases.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import { cutView, turnView, type View } from "../../src/data/view.ts";
import goldens from "../golden/rotations.json" with { type: "json" };
import { expectClose } from "../graph/oracle.ts";
import { rotationCases, titleOf } from "./rotations.ts";

/** Images of `shape` with the given values. */
const imagesOf = (shape: readonly number[], inputs: Dataset["inputs"]): Dataset => ({
  name: "hand-made",
  inputs,
  shape,
  classNames: ["one"],
  labels: new Int32Array(shape[0]!),
});

/** Two images of 2 channels, 3 rows and 4 columns, with pixels 0 ... 47. */
const RAMP = imagesOf(
  [2, 2, 3, 4],
  Uint8Array.from({ length: 48 }, (_, at) => at),
);
const WHOLE: View = { degrees: 0, top: 0, left: 0, rows: 3, columns: 4, mirrored: false };

/** What a writer writes of an image of the ramp, as pixels. */
function seen(write: typeof cutView, image: number, view: View): number[] {
  const length = 2 * view.rows * view.columns;
  const out = write === cutView ? new Uint8Array(length) : new Float32Array(length);
  write(RAMP, image, view, out, 0);
  return write === cutView ? [...out] : Array.from(out, (value) => value * 255);
}

describe("cutView", () => {
  test("copies a window of every channel", () => {
    const view = { ...WHOLE, top: 1, left: 2, rows: 2, columns: 2 };
    expect(seen(cutView, 0, view)).toEqual([6, 7, 10, 11, 18, 19, 22, 23]);
    expect(seen(cutView, 1, view)).toEqual([30, 31, 34, 35, 42, 43, 46, 47]);
  });

  test("exchanges left and right of the window", () => {
    const view = { ...WHOLE, top: 1, left: 0, rows: 2, columns: 3, mirrored: true };
    expect(seen(cutView, 0, view)).toEqual([6, 5, 4, 10, 9, 8, 18, 17, 16, 22, 21, 20]);
  });

  test("writes from a place on, and nothing before or behind", () => {
    const out = new Uint8Array(6).fill(99);
    cutView(RAMP, 0, { ...WHOLE, rows: 1, columns: 2 }, out, 1);
    expect([...out]).toEqual([99, 0, 1, 12, 13, 99]);
  });
});

/** An image of 16 x 16 with every pixel there is, and its counter-clockwise turn by a quarter. */
const SQUARE = Array.from({ length: 16 }, (_, row) => Array.from({ length: 16 }, (_, at) => row * 16 + at));
const quarter = (image: number[][]): number[][] =>
  image.map((_, row) => image.map((line) => line[image.length - 1 - row]!));

describe("turnView", () => {
  test.each([0, 1, 2, 3, 4, -1])("moves pixels, and leaves their values, at %d quarters", (quarters) => {
    const dataset = imagesOf([1, 1, 16, 16], Uint8Array.from(SQUARE.flat()));
    const view = { ...WHOLE, degrees: 90 * quarters, rows: 16, columns: 16 };
    const out = new Float32Array(256);
    turnView(dataset, 0, view, out, 0);
    let expected = SQUARE;
    for (let turn = 0; turn < (quarters + 4) % 4; turn++) expected = quarter(expected);
    expect(out).toEqual(Float32Array.from(expected.flat(), (pixel) => pixel / 255));
  });

  test("turns counter-clockwise", () => {
    const dataset = imagesOf([1, 1, 2, 2], Float32Array.of(1, 2, 3, 4));
    const out = new Float32Array(4);
    turnView(dataset, 0, { ...WHOLE, degrees: 90, rows: 2, columns: 2 }, out, 0);
    expectClose(out, [2, 4, 1, 3], 1e-15);
  });

  test("cuts and mirrors as cutView does, at no angle", () => {
    const view = { ...WHOLE, top: 1, left: 1, rows: 2, columns: 3, mirrored: true };
    // Pixels over 255 are float32: 2^-24 of 1, times 255.
    expectClose(seen(turnView, 1, view), seen(cutView, 1, view), 255 * 2 ** -24);
  });

  test("cuts its window out of the turned image, and mirrors that", () => {
    const turned = { ...WHOLE, degrees: 30 };
    const whole = seen(turnView, 1, turned);
    const part = { ...turned, top: 1, left: 1, rows: 2, columns: 3, mirrored: true };
    const places = [0, 1].flatMap((channel) =>
      [1, 2].flatMap((row) => [3, 2, 1].map((column) => (channel * 3 + row) * 4 + column)),
    );
    expect(seen(turnView, 1, part)).toEqual(places.map((place) => whole[place]));
  });

  test("takes the mean of four pixels between them, and black for those outside", () => {
    // At 45 degrees the corners of the turned image, a distance of sqrt(2) / 2 from its center, lie on the axes.
    const dataset = imagesOf([1, 1, 2, 2], Float32Array.of(8, 8, 8, 8));
    const out = new Float32Array(4);
    turnView(dataset, 0, { ...WHOLE, degrees: 45, rows: 2, columns: 2 }, out, 0);
    // Along one axis in the middle of two pixels, along the other sqrt(2) / 2 - 1/2 beyond the last one.
    const inside = 1 - (Math.SQRT1_2 - 0.5);
    expectClose(out, new Array(4).fill(8 * inside), 2 ** -23);
  });
});

describe.each(
  rotationCases.map((given) => [titleOf(given), given] as const),
)("turnView, %s,", (title, given) => {
  const golden = (goldens as { readonly [title: string]: { hash: string; y: readonly number[] } })[title]!;

  test("has a golden of this very case", async () => {
    expect(golden?.hash, "run: node scripts/golden-cases.ts | /usr/bin/python3 scripts/golden.py").toBe(
      await hashOf(given),
    );
  });

  test("is what PyTorch computes", () => {
    const [channels, rows, columns] = given.shape;
    const dataset = imagesOf([1, channels, rows, columns], Float32Array.from(given.image));
    const out = new Float32Array(given.image.length);
    turnView(dataset, 0, { ...WHOLE, degrees: given.degrees, rows, columns }, out, 0);
    // Computed in float64, once rounded to float32: half a unit in the last of 24 places.
    expectClose(out, golden.y, 2 ** -24);
  });
});
