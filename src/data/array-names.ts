/**
 * @file Which array of several is what, by its name, as Keras, medical sets and scikit-learn name them.
 */

import { DataError } from "../base/errors.ts";
import { type NamedSplit, splitNamed } from "./split-names.ts";

const INPUTS = ["x", "images", "image", "imgs", "data", "inputs", "features"];
const LABELS = ["y", "labels", "label", "target", "targets"];
const CLASS_NAMES = ["classes", "class_names", "classnames", "label_names", "target_names"];

type Split = NamedSplit | "all";

/** Names of arrays of one split. */
interface Pair {
  readonly inputs: string;
  readonly labels: string;
  readonly groups?: string | undefined;
}

/** Names of arrays, by what they are. */
export interface ArrayRoles {
  readonly train: Pair;
  readonly test?: Pair | undefined;
  readonly classNames?: string | undefined;
  /** Names that are left out. */
  readonly others: readonly string[];
}

/**
 * Find out what arrays are.
 *
 * @param names - Their names, without `.npy`.
 * @param target - What labels are called, where it is not one of the usual words.
 * @param group - What groups are called; without it there are none.
 * @throws DataError if there is no pair, or more than one.
 */
export function arrayRoles(
  names: readonly string[],
  where: string,
  target?: string,
  group?: string,
): ArrayRoles {
  const words: Words = {
    labels: target === undefined ? LABELS : [target.toLowerCase()],
    groups: group === undefined ? [] : [group.toLowerCase()],
  };
  const found = new Map<string, string>();
  for (const name of names) {
    const role = roleOf(name, words);
    if (role === undefined) continue;
    const other = found.get(role);
    if (other !== undefined) {
      throw new DataError(
        `${where}: expected one array of ${role}, got ${other} and ${name}; ` +
          (role.endsWith("labels") ? "say which by `target`" : "leave one out"),
      );
    }
    found.set(role, name);
  }
  const pair = (split: Split): Pair | undefined => {
    const [inputs, labels] = [found.get(`${split} inputs`), found.get(`${split} labels`)];
    if (inputs === undefined || labels === undefined) return undefined;
    const groups = found.get(`${split} groups`);
    if (group === undefined || groups !== undefined) return { inputs, labels, groups };
    const asked = split === "all" ? group : `${group}_${split}`;
    throw new DataError(
      `${where}: expected an array ${asked}, which \`group\` names, got ${names.slice(0, 20).join(", ")}`,
    );
  };
  const train = pair("train") ?? pair("all");
  if (train === undefined) {
    throw new DataError(
      `${where}: expected arrays x_train and y_train (and x_test, y_test), train_images and train_labels, or X and y, ` +
        `got ${names.length === 0 ? "none" : names.slice(0, 20).join(", ")}` +
        (target === undefined ? "" : `, where \`target\` "${target}" names the labels`),
    );
  }
  const half = (["inputs", "labels"] as const).find((kind) => found.has(`test ${kind}`));
  const test = pair("test");
  if (half !== undefined && test === undefined) {
    throw new DataError(
      `${where}: expected inputs and labels of the test, got ${half} alone; add the other or leave it out`,
    );
  }
  const classNames = found.get("names of classes");
  const used = [...Object.values(train), ...Object.values(test ?? {}), classNames];
  return { train, test, classNames, others: names.filter((name) => !used.includes(name)) };
}

/** Whether an array's name says what it is. */
export const hasRole = (name: string): boolean => roleOf(name, { labels: LABELS, groups: [] }) !== undefined;

/** What labels and groups are called. */
interface Words {
  readonly labels: readonly string[];
  readonly groups: readonly string[];
}

/** What an array is, such as `train inputs`. */
function roleOf(name: string, { labels, groups }: Words): string | undefined {
  const plain = name.toLowerCase();
  if (CLASS_NAMES.includes(plain)) return "names of classes";
  const words = plain.split("_");
  const [behind, before] = [splitNamed(words.at(-1)!), splitNamed(words[0]!)];
  const rest = behind ? words.slice(0, -1) : before ? words.slice(1) : words;
  const split: Split = behind ?? before ?? "all";
  const word = rest.join("_");
  if (groups.includes(word)) return `${split} groups`;
  if (groups.includes(plain)) return "all groups";
  if (INPUTS.includes(word)) return `${split} inputs`;
  return labels.includes(word) ? `${split} labels` : undefined;
}
