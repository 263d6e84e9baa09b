import { describe, expect, test } from "vitest";
import { DataError } from "../../src/base/errors.ts";
import { sha256 } from "../../src/base/json.ts";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "../../src/train/checkpoint.ts";
import { readSafetensors, writeSafetensors } from "../../src/train/safetensors.ts";

const ORIGIN = { trial: "0123456789abcdef", program: "shatter 1.2.3, cpu" };
const CHECKPOINT: Checkpoint = {
  trial: ORIGIN.trial,
  step: 5,
  lossTotal: 0.1 + 0.2,
  history: [{ epoch: 1, trainLoss: 2.5, fitLoss: null, trainAccuracy: 0.25, testAccuracy: 1 / 3 }],
  seconds: 1.5,
  outcome: null,
  tensors: [
    { name: "weight", shape: [2, 2], elements: Float32Array.of(1, -0, Number.NaN, 1e-45) },
    { name: "bias", shape: [2], elements: Float32Array.of(3, 4) },
    { name: "power", shape: [], elements: Float32Array.of(0.9) },
  ],
};
const BYTES = await encodeCheckpoint(CHECKPOINT, ORIGIN.program);

/** The same file with other facts, and a checksum that is right. */
async function withFacts(change: object): Promise<Uint8Array> {
  const { tensors, metadata } = readSafetensors(BYTES);
  const checkpoint = JSON.stringify({ ...JSON.parse(metadata["checkpoint"]!), ...change });
  const digest = await sha256(writeSafetensors({ tensors, metadata: { checkpoint } }));
  return writeSafetensors({ tensors, metadata: { checkpoint, sha256: digest } });
}

describe("a checkpoint", () => {
  test("comes back from its bytes as it was, bit for bit", async () => {
    const { tensors, ...facts } = await decodeCheckpoint(BYTES, ORIGIN);
    const { tensors: before, ...factsBefore } = CHECKPOINT;
    expect(facts).toEqual(factsBefore);
    const bits = (list: Checkpoint["tensors"]) =>
      list
        .map(({ name, shape, elements }) => ({ name, shape, bytes: [...new Uint8Array(elements.buffer)] }))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
    expect(bits(tensors)).toEqual(bits(before));
  });

  test("has the same bytes every time", async () => {
    const { seconds, ...rest } = CHECKPOINT;
    const again = { seconds, ...rest, tensors: rest.tensors.toReversed() };
    expect(await encodeCheckpoint(again, ORIGIN.program)).toEqual(BYTES);
  });

  test("is refused when any one of its bits is flipped", async () => {
    for (let bit = 0; bit < BYTES.length * 8; bit++) {
      const damaged = BYTES.slice();
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      await expect(decodeCheckpoint(damaged, ORIGIN), `bit ${bit}`).rejects.toThrow(DataError);
    }
  });

  test("is refused when it is cut off anywhere", async () => {
    for (let length = 0; length < BYTES.length; length++) {
      await expect(decodeCheckpoint(BYTES.subarray(0, length), ORIGIN), `${length} bytes`).rejects.toThrow(
        DataError,
      );
    }
  });

  test("is refused when blocks of it were never written", async () => {
    // After a loss of power, a file may have its length but zeros where data were not yet on the disk.
    for (let start = 0; start < BYTES.length; start += 64) {
      const damaged = BYTES.slice().fill(0, start);
      await expect(decodeCheckpoint(damaged, ORIGIN), `zeros from ${start}`).rejects.toThrow(DataError);
    }
  });

  test.each([
    ["another trial", { trial: "fedcba9876543210" }, "expected trial 0123456789abcdef, got fedcba9876543210"],
    [
      "another format version",
      { schema: "shatter/checkpoint@2" },
      "expected format shatter/checkpoint@1, got shatter/checkpoint@2",
    ],
    [
      "another program",
      { program: "shatter 1.2.3, cuda" },
      "expected program shatter 1.2.3, cpu, got shatter 1.2.3, cuda",
    ],
    ["a step before the first", { step: -1 }, "checkpoint: step: "],
    ["no history", { history: undefined }, "checkpoint: history: "],
    ["an accuracy beyond 1", { history: [{ ...CHECKPOINT.history[0]!, testAccuracy: 2 }] }, "testAccuracy"],
    ["an outcome that is none", { outcome: {} }, "checkpoint: outcome.status: "],
    ["something unknown", { color: "red" }, 'Unrecognized key: "color"'],
  ])("of %s is refused", async (_, change, message) => {
    await expect(decodeCheckpoint(await withFacts(change), ORIGIN)).rejects.toThrow(message);
  });

  test.each([
    ["none of ours", {}, "expected format shatter/checkpoint@1, got none"],
    ["no JSON", { checkpoint: "{" }, "expected its facts in JSON"],
    ["no object", { checkpoint: "7" }, "expected format shatter/checkpoint@1, got none"],
    ["no checksum", { checkpoint: '{"schema":"shatter/checkpoint@1"}' }, ", got none"],
    ["a wrong checksum", { checkpoint: '{"schema":"shatter/checkpoint@1"}', sha256: "0" }, ", got 0"],
  ])("that has %s in its metadata is refused", async (_, metadata, message) => {
    const bytes = writeSafetensors({ tensors: [], metadata: metadata as { [name: string]: string } });
    await expect(decodeCheckpoint(bytes, ORIGIN)).rejects.toThrow(message);
  });
});
