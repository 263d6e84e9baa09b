import { describe, expect, test } from "vitest";
import { type MnistFiles, parseMnist } from "../../src/data/mnist.ts";
import { idxFile } from "./fixtures.ts";

const file = (where: string, bytes: Uint8Array) => ({ where, bytes });

const images = (count: number): Uint8Array =>
  idxFile(
    [count, 28, 28],
    Array.from({ length: count * 784 }, (_, i) => i % 256),
  );

/** Two training and one test image, labels 3, 9 and 0. */
const FILES: MnistFiles = {
  trainImages: file("train-images", images(2)),
  trainLabels: file("train-labels", idxFile([2], [3, 9])),
  testImages: file("t10k-images", images(1)),
  testLabels: file("t10k-labels", idxFile([1], [0])),
};

describe("parseMnist", () => {
  test("reads both splits", () => {
    const { train, test } = parseMnist(FILES);
    expect(train.shape).toEqual([2, 1, 28, 28]);
    expect(train.inputs[784]).toBe(784 % 256);
    expect([...train.labels]).toEqual([3, 9]);
    expect(test.shape).toEqual([1, 1, 28, 28]);
    expect(train.classNames).toEqual(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
  });

  test.each<[Partial<MnistFiles>, string]>([
    [
      { trainLabels: file("train-labels", idxFile([3], [1, 2, 3])) },
      "train-labels: expected 2 labels, one an image of train-images, got 3",
    ],
    [
      { trainImages: FILES.trainLabels },
      "train-labels: expected images of shape [count, 28, 28], got [2]; are the images and labels files exchanged?",
    ],
    [
      { testImages: file("t10k-images", idxFile([1, 2, 2], [0, 0, 0, 0])) },
      "t10k-images: expected images of shape [count, 28, 28], got [1, 2, 2]; MNIST's are of 28 x 28 pixels (16 x 16 are those of USPS): resize them, in both splits",
    ],
    [
      { testLabels: file("t10k-labels", idxFile([1], [10])) },
      "t10k-labels: expected labels in [0, 10), got 10 for example 0; labels up to 10 are of another dataset (EMNIST's balanced split has 47 classes), not known by name",
    ],
    [
      { trainLabels: file("train-labels", idxFile([2], [1, 26])) },
      "train-labels: expected labels in [0, 10), got 26 for example 1; labels from 1 to 26 are those of EMNIST's letters, which are not known by name",
    ],
    [
      { trainLabels: file("train-labels", idxFile([2], [255, 3])) },
      "train-labels: expected labels in [0, 10), got 255 for example 0; 255 often marks examples that are to be ignored: leave them out, with their images",
    ],
    [
      { trainImages: file("train-images", idxFile([0, 28, 28], [])) },
      "train-images: expected images of shape [count, 28, 28], got [0, 28, 28]; there are none, as after a conversion that failed: fetch or make the file again",
    ],
  ])("refuses %#", (spoilt, message) => {
    expect(() => parseMnist({ ...FILES, ...spoilt })).toThrow(
      expect.objectContaining({ name: "DataError", message }),
    );
  });
});
