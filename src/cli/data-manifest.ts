/**
 * @file `shatter data manifest`: the labels and permutations of a randomization, for use elsewhere, and whether they are these.
 */

import { Command, Option } from "commander";
import { UsageError } from "../base/errors.ts";
import { type Augmentation, requireAugmentable } from "../data/augment.ts";
import { exampleShape, titleOf } from "../data/dataset.ts";
import {
  type Manifest,
  type ManifestFacts,
  type ManifestRequest,
  makeManifest,
  readManifest,
  verifyManifest,
  writeManifest,
} from "../data/manifest.ts";
import { describedPreprocess } from "../data/node/data-file.ts";
import { readBytes } from "../data/node/files.ts";
import { type PreprocessName, pathPreprocess, preprocessNames } from "../data/preprocess.ts";
import { type InputsName, inputsNames, type LabelsName, labelsNames } from "../data/randomization.ts";
import { findDataset } from "../data/registry.ts";
import { requireFile, writeWhole } from "../disk/whole-files.ts";
import { loadDataset } from "../run/node/library.ts";
import { isDataPath } from "../run/subject.ts";
import { cropForRecipe } from "../train/prepare.ts";
import { paperRecipe } from "../train/recipe.ts";
import { AUGMENT } from "./augment.ts";
import { addArrayOptions, type DataFlags, dataReferenceOf } from "./data-options.ts";
import { jsonOption, tell } from "./json.ts";
import { numberIn, wholeFrom } from "./output.ts";
import { asJson } from "./publish.ts";

interface Options extends DataFlags {
  readonly dataDir?: string;
  readonly inputs: InputsName;
  readonly corrupt: number;
  readonly labels: LabelsName;
  readonly seed: number;
  readonly n?: number;
  readonly testN?: number;
  readonly preprocess?: PreprocessName;
  readonly augment?: Augmentation;
  readonly out?: string;
  readonly verify?: string;
  readonly json?: string;
}

/** Options that a manifest says for itself. */
const ITS_OWN = [
  "inputs",
  "corrupt",
  "labels",
  "seed",
  "n",
  "testN",
  "preprocess",
  "augment",
  "out",
] as const;

/** The command, without its options about data. */
export function manifestCommand(places: string, dataDir: readonly [string, string]): Command {
  const command = new Command("manifest")
    .description(
      "write the labels and permutations of a randomization with their hashes, for use elsewhere; or compare them",
    )
    .argument("<name>", places)
    .optionsGroup("Which randomization, as shatter test has it:")
    .addOption(new Option("--inputs <name>", "what happens to inputs").choices(inputsNames).default("true"))
    .option("--corrupt <p>", "probability that a label is corrupted", numberIn(0, 1), 1)
    .addOption(
      new Option("--labels <name>", "how: redrawn, or permuted").choices(labelsNames).default("redraw"),
    )
    .option("--seed <seed>", "the repetition", wholeFrom(0), 0)
    .option("--n <count>", "training examples (default: all)", wholeFrom(1))
    .option("--test-n <count>", "test examples (default: all)", wholeFrom(1))
    .addOption(
      new Option(
        "--preprocess <name>",
        "paper cuts images to 28 x 28 first (default: as shatter test)",
      ).choices(preprocessNames),
    )
    .option(...AUGMENT)
    .optionsGroup("Where it goes:")
    .option("--out <file>", "an .npz file, which NumPy loads (default: NAME-labels.npz)")
    .option("--verify <file>", "read such a file, make it again of the same data, and compare")
    .option(...dataDir)
    .addOption(jsonOption("what it says"))
    .addHelpText(
      "after",
      "\nExamples:\n  shatter data manifest cifar10 --corrupt 1 --seed 0 --out labels.npz\n  shatter data manifest cifar10 --verify labels.npz",
    )
    .action(manifest);
  return addArrayOptions(command);
}

async function manifest(named: string, options: Options, command: Command): Promise<void> {
  const reference = dataReferenceOf(named, options);
  if (options.verify !== undefined) return await verify(reference, options.verify, options, command);
  const out =
    options.out ??
    `${named
      .replace(/\?.*$/s, "")
      .replace(/[\\/]+$/, "")
      .replace(/^.*[\\/]/, "")}-labels.npz`;
  if (!/\.npz$/i.test(out))
    throw new UsageError(`data manifest: expected --out with a name in .npz, got ${out}`);
  await requireFile("--out", out);
  const { inputs, corrupt, labels, seed, n, testN } = options;
  const splits = await load(reference, { n, testN }, options);
  const made = await makeManifest(splits, {
    inputs,
    corrupt,
    labels,
    seed,
    n,
    testN,
    crop: await cropOf(reference, options, splits),
  });
  await writeWhole(out, writeManifest(made));
  await tell(options.json, asJson(made.facts), () =>
    print(made.facts, `wrote ${out}`, titleOf(splits.train)),
  );
}

/** All examples there are; where they are drawn, as many as are used. */
function load(
  reference: string,
  sizes: { readonly n?: number | undefined; readonly testN?: number | undefined },
  { dataDir }: Options,
) {
  const isDrawn = !isDataPath(reference) && findDataset(reference).kind === "drawn";
  return loadDataset(reference, { dataDir, ...(isDrawn && sizes) });
}

/** Whether images are cut before they are randomized, and how. */
async function cropOf(
  reference: string,
  options: Options,
  splits: Awaited<ReturnType<typeof loadDataset>>,
): Promise<ManifestRequest["crop"]> {
  const usual = isDataPath(reference)
    ? ((await describedPreprocess(reference)) ?? pathPreprocess)
    : paperRecipe.preprocess;
  const { preprocess = usual, augment = paperRecipe.augment } = options;
  requireAugmentable(exampleShape(splits.train), augment);
  if (cropForRecipe(splits, { preprocess, augment }) === splits) return false;
  return preprocess === "central" ? "central" : true;
}

async function verify(reference: string, file: string, options: Options, command: Command): Promise<void> {
  const said = ITS_OWN.find((name) => /^(cli|env)$/.test(command.getOptionValueSource(name) ?? ""));
  if (said !== undefined) {
    throw new UsageError(`\`${said}\`: expected no such option beside \`verify\`, whose file says it`);
  }
  const read = await readManifest(await readBytes(file, 2 ** 31 - 1), file);
  const { train, test } = read.facts.data;
  const splits = await load(reference, { n: train, testN: test }, options);
  const again: Manifest = await verifyManifest(read, splits, file);
  await tell(options.json, asJson(again.facts), () =>
    print(again.facts, `${file} is the same: every label and permutation`, titleOf(splits.train)),
  );
}

function print({ data, request, arrays }: ManifestFacts, done: string, title: string): void {
  const { n, testN, inputs, corrupt, labels, seed } = request;
  console.log(
    `${title}: ${n} + ${testN} examples of ${data.shape.join(" x ")}, inputs ${inputs}, labels ${labels} with probability ${corrupt}, seed ${seed}`,
  );
  for (const [name, { type, shape, sha256 }] of Object.entries(arrays)) {
    console.log(`  ${name.padEnd(22)}${`${type} [${shape.join(", ")}]`.padEnd(22)}${sha256.slice(0, 16)}`);
  }
  console.log(
    `  examples used         ${data.hash}\n  randomized            ${data.randomizedHash}\n${done}`,
  );
}
