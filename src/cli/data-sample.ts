/**
 * @file `shatter data sample`: a stated part of a dataset, some classes and so many images of each, as shards.
 */

import { Command } from "commander";
import { exampleCount } from "../data/dataset.ts";
import { writeShards } from "../data/node/write-shards.ts";
import { sampleClasses } from "../data/sample.ts";
import { requireFolder } from "../disk/folders.ts";
import { loadDataset } from "../run/node/library.ts";
import { isDataPath } from "../run/subject.ts";
import { addArrayOptions, type DataFlags, dataReferenceOf, memoryOption, readAsked } from "./data-options.ts";
import { jsonOption, tell } from "./json.ts";
import { wholeFrom } from "./output.ts";
import { asJson } from "./publish.ts";

interface Options extends DataFlags {
  readonly dataDir?: string;
  readonly memory?: number;
  readonly classes: number;
  readonly perClass: number;
  readonly testPerClass?: number;
  readonly seed: number;
  readonly out: string;
  readonly json?: string;
}

/** The command. */
export function dataSampleCommand(places: string, dataDir: readonly [string, string]): Command {
  const command = new Command("sample")
    .description("write some classes of a dataset, and so many images of each, as WebDataset's shards")
    .argument("<name>", places)
    .requiredOption("--classes <count>", "classes, drawn at random", wholeFrom(2))
    .requiredOption("--per-class <count>", "training images of each, drawn at random", wholeFrom(1))
    .option("--test-per-class <count>", "test images of each (default: all)", wholeFrom(1))
    .option("--seed <seed>", "decides which", wholeFrom(0), 0)
    .requiredOption("--out <folder>", "where the shards go")
    .option(...dataDir)
    .addOption(memoryOption())
    .addOption(jsonOption("what was written"))
    .addHelpText(
      "after",
      "\nExample:\n  shatter data sample ./imagenet --size 342 --classes 100 --per-class 500 --out ./imagenet-100",
    )
    .action(sample);
  return addArrayOptions(command);
}

async function sample(named: string, options: Options): Promise<void> {
  const { dataDir, memory, out, classes, perClass, testPerClass, seed } = options;
  const reference = dataReferenceOf(named, options);
  await requireFolder("--out", out);
  const whole = isDataPath(reference)
    ? await readAsked(reference, false, memory)
    : await loadDataset(reference, { dataDir });
  const splits = sampleClasses(whole, { classes, perClass, testPerClass, seed });
  await writeShards(splits, out);
  const [train, test] = [splits.train, splits.test].map(exampleCount);
  await tell(options.json, asJson({ out, seed, classes: splits.train.classNames, train, test }), () =>
    console.log(`wrote ${train} training and ${test} test images of ${classes} classes to ${out}`),
  );
}
