/**
 * @file Trained networks as files in a folder, two of each trial: ONNX and safetensors.
 */

import { join } from "node:path";
import { writeWhole } from "../../disk/whole-files.ts";
import { type TrainedNetwork, writeTrained } from "../../train/trained.ts";
import { version } from "./version.ts";

/** The kinds of files of a network, by their extensions. */
export const networkFiles = ["onnx", "safetensors"] as const;

/**
 * What keeps networks in a folder, as `ID.onnx` and `ID.safetensors`, or some kinds of these alone.
 *
 * @throws DataError if a network has numbers that are not finite, or a file cannot be written.
 */
export const networkKeeper =
  (folder: string, kinds: readonly (typeof networkFiles)[number][] = networkFiles) =>
  async (network: TrainedNetwork, warn: (text: string) => void): Promise<void> => {
    const files = writeTrained(network, version);
    if (files.batch !== undefined && kinds.includes("onnx")) {
      warn(
        `its network writes the size of a batch down in more than sizes, so its ONNX file takes ${files.batch} example at a time`,
      );
    }
    for (const kind of kinds) await writeWhole(join(folder, `${network.id}.${kind}`), files[kind]);
  };
