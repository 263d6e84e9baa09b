/**
 * @file The datasets Shatter knows by name: what they are, where they come from, how they are read.
 */

import { UsageError } from "../base/errors.ts";
import { unknownName } from "../base/suggest.ts";
import { CIFAR10_CLASSES, parseCifar10 } from "./cifar10.ts";
import type { Splits } from "./dataset.ts";
import { DIGITS_TEST, DIGITS_TRAIN, readDigits } from "./digits.ts";
import { MNIST_CLASSES, type NamedBytes, parseMnist } from "./mnist.ts";
import type { PreprocessName } from "./preprocess.ts";
import { enlarge, SHAPES_CLASSES, SHAPES_TEST, SHAPES_TRAIN, shapes } from "./shapes.ts";

/** One file a dataset is read from. */
export interface DataFile {
  /** Its official name, unpacked. */
  readonly name: string;
  /** Other names it goes by; each name may also end in `.gz`. */
  readonly otherNames: readonly string[];
  /** Most bytes it has, unpacked. */
  readonly limit: number;
  /** MD5 of the unpacked official bytes, where it is known. */
  readonly md5?: string;
}

/** One file to fetch from outside. */
export interface Download {
  readonly name: string;
  /** MD5 and size of the official bytes. */
  readonly md5: string;
  readonly size: number;
  /** Folders it can be fetched from, first choice first; each ends in `/`. */
  readonly mirrors: readonly string[];
  /** `file`: kept as it is. `tar.gz`: the dataset's files are taken out of it. */
  readonly kind: "file" | "tar.gz";
}

/** Reads one of a dataset's files, unpacked. */
export type ReadFile = (name: string) => Promise<NamedBytes>;

/** What is known of a dataset, however it comes about. */
interface Known {
  readonly name: string;
  readonly title: string;
  /** Number of training and of test examples. */
  readonly train: number;
  readonly test: number;
  /** `[channels, height, width]`. */
  readonly shape: readonly number[];
  readonly classNames: readonly string[];
  readonly preprocess: PreprocessName;
  /** Where it comes from, for people. */
  readonly source: string;
}

/** A dataset that lies in files. */
export interface StoredDataset extends Known {
  readonly kind: "stored";
  /** Files that are something else, by what they are: found in place of the dataset's, they are named. */
  readonly others: { readonly [file: string]: string };
  /** Folders the files may lie in, below the data folder; the first is where they are put. */
  readonly folders: readonly string[];
  readonly files: readonly DataFile[];
  readonly downloads: readonly Download[];
  readonly read: (readFile: ReadFile) => Promise<Splits>;
}

/** A dataset that is drawn. */
export interface DrawnDataset extends Known {
  readonly kind: "drawn";
  readonly draw: (train: number, test: number) => Splits;
}

/** A dataset that comes with Shatter. */
export interface IncludedDataset extends Known {
  readonly kind: "included";
  readonly read: () => Promise<Splits>;
}

export type KnownDataset = StoredDataset | DrawnDataset | IncludedDataset;

const MNIST_MIRRORS = [
  "https://ossci-datasets.s3.amazonaws.com/mnist/",
  "https://storage.googleapis.com/cvdf-datasets/mnist/",
];

/** Most images that are read from one file: 784 MB, beyond which a packed file is taken for a trap. */
const MOST_IMAGES = 1_000_000;

/** Name, size and MD5 unpacked, size and MD5 as gzip. */
const MNIST_FILES = [
  [
    "train-images",
    "idx3-ubyte",
    47_040_016,
    "6bbc9ace898e44ae57da46a324031adb",
    9_912_422,
    "f68b3c2dcbeaaa9fbdd348bbdeb94873",
  ],
  [
    "train-labels",
    "idx1-ubyte",
    60_008,
    "a25bea736e30d166cdddb491f175f624",
    28_881,
    "d53e105ee54ea40749a09fcbcd1e9432",
  ],
  [
    "t10k-images",
    "idx3-ubyte",
    7_840_016,
    "2646ac647ad5339dbf082846283269ea",
    1_648_877,
    "9fb629c4189551a2d022fa330f9573f3",
  ],
  [
    "t10k-labels",
    "idx1-ubyte",
    10_008,
    "27ae3e4e09519cfbb04c329615203637",
    4_542,
    "ec29112dd5afa0611ce80d1b7f02629c",
  ],
] as const;

const mnist: StoredDataset = {
  kind: "stored",
  name: "mnist",
  title: "MNIST: handwritten digits, 28 x 28 gray",
  train: 60_000,
  test: 10_000,
  shape: [1, 28, 28],
  classNames: MNIST_CLASSES,
  preprocess: "paper",
  source: "Y. LeCun, C. Cortes, C. Burges, 1998",
  others: {
    "mnist.npz": "Keras's copy, an archive of NumPy arrays",
    "training.pt": "torchvision's old copy, of PyTorch tensors",
    "emnist-letters-train-images-idx3-ubyte": "EMNIST's letters",
    "emnist-balanced-train-images-idx3-ubyte": "EMNIST's balanced split",
    "emnist-digits-train-images-idx3-ubyte": "EMNIST's digits, which can be read under MNIST's names",
    "qmnist-train-images-idx3-ubyte": "QMNIST",
  },
  folders: ["mnist", "", "MNIST/raw", "raw"],
  files: MNIST_FILES.map(([name, type, official, md5]) => ({
    name: `${name}-${type}`,
    otherNames: [`${name}.${type}`],
    // Digits of others come in MNIST's form, too: up to 280,000 in EMNIST.
    limit: Math.max(official, type === "idx3-ubyte" ? MOST_IMAGES * 28 ** 2 + 16 : MOST_IMAGES + 8),
    md5,
  })),
  downloads: MNIST_FILES.map(([name, type, , , size, md5]) => ({
    name: `${name}-${type}.gz`,
    md5,
    size,
    mirrors: MNIST_MIRRORS,
    kind: "file",
  })),
  read: async (readFile) =>
    parseMnist({
      trainImages: await readFile("train-images-idx3-ubyte"),
      trainLabels: await readFile("train-labels-idx1-ubyte"),
      testImages: await readFile("t10k-images-idx3-ubyte"),
      testLabels: await readFile("t10k-labels-idx1-ubyte"),
    }),
};

const CIFAR10_TRAIN = [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.bin`);

const cifar10: StoredDataset = {
  kind: "stored",
  name: "cifar10",
  title: "CIFAR-10: photographs, 32 x 32 color",
  train: 50_000,
  test: 10_000,
  shape: [3, 32, 32],
  classNames: CIFAR10_CLASSES,
  preprocess: "paper",
  source: "A. Krizhevsky, 2009, https://www.cs.toronto.edu/~kriz/cifar.html",
  others: {
    data_batch_1: "the Python version of CIFAR-10; Shatter reads the binary version",
    "train.bin": "CIFAR-100",
    train: "the Python version of CIFAR-100",
  },
  folders: ["cifar10", "cifar-10-batches-bin", "", "cifar10/cifar-10-batches-bin"],
  files: [...CIFAR10_TRAIN, "test_batch.bin"].map((name) => ({ name, otherNames: [], limit: 30_730_000 })),
  downloads: [
    {
      name: "cifar-10-binary.tar.gz",
      md5: "c32a1d4ab5d03f1284b67883e8d87530",
      size: 170_052_171,
      mirrors: ["https://www.cs.toronto.edu/~kriz/"],
      kind: "tar.gz",
    },
  ],
  read: async (readFile) => {
    const train: NamedBytes[] = [];
    for (const name of CIFAR10_TRAIN) train.push(await readFile(name));
    return parseCifar10(train, await readFile("test_batch.bin"));
  },
};

const digits: IncludedDataset = {
  kind: "included",
  name: "digits",
  title: "Digits: handwritten, 8 x 8 gray, tested on other hands",
  train: DIGITS_TRAIN,
  test: DIGITS_TEST,
  shape: [1, 8, 8],
  classNames: MNIST_CLASSES,
  preprocess: "paper",
  source: "E. Alpaydin, C. Kaynak, 1998, https://doi.org/10.24432/C50P49, CC BY 4.0",
  read: readDigits,
};

const drawnShapes: DrawnDataset = {
  kind: "drawn",
  name: "shapes",
  title: "Shapes: ten drawn outlines, 32 x 32 color, any number",
  train: SHAPES_TRAIN,
  test: SHAPES_TEST,
  shape: [3, 32, 32],
  classNames: SHAPES_CLASSES,
  preprocess: "paper",
  source: "drawn by Shatter, nothing to download",
  draw: (train, test) => shapes(train, test),
};

const largeShapes: DrawnDataset = {
  ...drawnShapes,
  name: "shapes-96",
  title: "Shapes, each pixel three times as high and wide: 96 x 96, for networks that want more than 32",
  train: 1000,
  test: 500,
  shape: [3, 96, 96],
  draw: (train, test) => enlarge(shapes(train, test), 3),
};

/** Every dataset with a name, in the order they are listed. */
export const datasets: readonly KnownDataset[] = [cifar10, mnist, digits, drawnShapes, largeShapes];

/**
 * Find a dataset by name.
 *
 * @throws UsageError if there is none, with the name that was probably meant.
 */
export function findDataset(name: string): KnownDataset {
  const found = datasets.find((dataset) => dataset.name === name);
  if (found) return found;
  if (name === "imagenet") {
    throw new UsageError(
      "imagenet: expected its path: `data` FOLDER?size=342 (of which 299 are seen) with train/CLASS/*.JPEG and val/CLASS/*.JPEG, or its shards; see docs/data.md",
    );
  }
  throw new UsageError(
    unknownName(
      "dataset",
      name,
      datasets.map((dataset) => dataset.name),
    ),
  );
}
