/**
 * @file `shatter theory expressivity`: Theorem 1 as a network, for any sample.
 */

import { type Command, Option } from "commander";
import { requireFile } from "../../disk/whole-files.ts";
import { CANDIDATES } from "../../theory/expressivity/fit-two-layer.ts";
import { type TargetKind, targetKinds } from "../../theory/expressivity/sample.ts";
import { expressivity } from "../../theory/node/expressivity.ts";
import { DATA_HELP } from "../data-options.ts";
import { wholeFrom } from "../output.ts";
import { defineTheory } from "./command.ts";

interface Options {
  readonly data: string;
  readonly dataDir?: string;
  readonly n: number;
  readonly d?: number;
  readonly labels: TargetKind;
  readonly candidates: number;
  readonly onnx?: string;
}

/** The command. */
export const expressivityCommand = (): Command =>
  defineTheory<Options>({
    name: "expressivity",
    examples: [
      "shatter theory expressivity                                        1,000 drawn images, random labels",
      "shatter theory expressivity --data cifar10 --n 10000               random labels of CIFAR-10, seconds",
      "shatter theory expressivity --data gaussian --d 5 --labels regression --onnx network.onnx",
    ],
    options: (command) =>
      command
        .option("--data <name>", `gaussian, or a dataset: ${DATA_HELP}`, "shapes")
        .option(
          "--data-dir <folder>",
          "where the dataset's files are (default: $SHATTER_DATA, or the cache folder)",
        )
        .option("--n <count>", "samples", wholeFrom(1), 1000)
        .option("--d <count>", "dimensions of gaussian points (default: 100)", wholeFrom(1))
        .addOption(
          new Option("--labels <kind>", "targets to represent").choices(targetKinds).default("random"),
        )
        .option(
          "--candidates <count>",
          "directions drawn, of which the best is taken",
          wholeFrom(1),
          CANDIDATES,
        )
        .option("--onnx <file>", "write the two-layer network of all samples as an ONNX model"),
    compute: async ({ onnx, ...options }, { alsoWrite, ...given }) => {
      if (onnx === undefined) return await expressivity({ ...options, ...given });
      await requireFile("--onnx", onnx);
      return await expressivity({
        ...options,
        ...given,
        onModel: (model) => alsoWrite("--onnx", onnx, model),
      });
    },
  });
