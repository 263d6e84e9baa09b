import { describe, expect, test } from "vitest";
import { parseCifar10 } from "../../src/data/cifar10.ts";

const RECORD = 3073;

/** A batch with the given labels; the pixels of record r are r, r + 1, ... modulo 256. */
function batch(where: string, labels: readonly number[]) {
  const bytes = new Uint8Array(labels.length * RECORD);
  labels.forEach((label, record) => {
    for (let at = 0; at < RECORD; at++) bytes[record * RECORD + at] = at === 0 ? label : record + at - 1;
  });
  return { where, bytes };
}

/** Records of CIFAR-100: superclass 3, class 42, and pixels of 200. */
function cifar100(count: number): Uint8Array {
  const bytes = new Uint8Array(count * (RECORD + 1)).fill(200);
  for (let at = 0; at < bytes.length; at += RECORD + 1) bytes.set([3, 42], at);
  return bytes;
}

const TEST = batch("test_batch.bin", [9]);

describe("parseCifar10", () => {
  test("joins the training batches in order", () => {
    const { train, test } = parseCifar10([batch("1", [6, 0]), batch("2", [3])], TEST);
    expect(train.shape).toEqual([3, 3, 32, 32]);
    expect([...train.labels]).toEqual([6, 0, 3]);
    expect([train.inputs[0], train.inputs[3072], train.inputs[2 * 3072 + 5]]).toEqual([0, 1, 5]);
    expect(test.labels[0]).toBe(9);
    expect(train.classNames[6]).toBe("frog");
  });

  test.each([
    [
      batch("1", [1, 2]).bytes.slice(0, -73),
      "1: expected 1 to 10000 records of 3073 bytes, got 6073 bytes; record 1 is truncated after 3000 bytes, fetch it again",
    ],
    [
      new Uint8Array(10_001 * RECORD),
      "1: expected 1 to 10000 records of 3073 bytes, got 30733073 bytes; the file is oversized, fetch it again",
    ],
    [
      new Uint8Array(0),
      "1: expected 1 to 10000 records of 3073 bytes, got 0 bytes; the file is empty, fetch it again",
    ],
    [
      batch("1", [1, 10]).bytes,
      "1: expected a label in [0, 10) in record 1, got 10; the file is damaged or of another dataset, fetch it again",
    ],
    [
      cifar100(20),
      "1: expected 1 to 10000 records of 3073 bytes, got 61480 bytes; these are records of CIFAR-100, with two label bytes, which is not known by name: use the files of CIFAR-10",
    ],
    // So many that they are whole records of CIFAR-10, too.
    [
      cifar100(RECORD),
      "1: expected a label in [0, 10) in record 1, got 200; these are records of CIFAR-100, with two label bytes, which is not known by name: use the files of CIFAR-10",
    ],
  ])("refuses %#", (bytes, message) => {
    expect(() => parseCifar10([{ where: "1", bytes }], TEST)).toThrow(
      expect.objectContaining({ name: "DataError", message }),
    );
  });
});
