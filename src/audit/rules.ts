/**
 * @file Section of an audit: single columns - of a table, or pixels - that tell the class alone, and pairs of columns.
 *
 * A rule is learned from the training examples and asked for the test examples: where a column has few values, each says the class
 * it has most often (Holte, "Very simple classification rules perform well", Machine Learning 1993). A value that was never seen says
 * that of the nearest one.
 */

import { percent } from "../base/percent.ts";
import { breathe } from "../base/progress.ts";
import { classCounts, isImages } from "../data/dataset.ts";
import { field, tableOf } from "../document/table.ts";
import type { AuditSection } from "./audit-result.ts";
import { type AuditColumn, columnNames, eachColumn } from "./columns.ts";
import { commonest, judgeRule, type Rule } from "./judge-rule.ts";
import { askPairs, MOST_PAIRED } from "./pair-rules.ts";
import { type AuditTask, countNoun, lacksClasses, type SectionMaker, sectionOf } from "./section.ts";

/** Most values of a column that are counted without sorting its examples. */
const FEW = 256;

/** Agreement beyond chance (Cohen's kappa) of a column that tells the class, and of one that nearly does. */
const TELLS = 0.98;
const NEARLY = 0.8;

/** Once in so many clean datasets some column is said to tell anything. */
const LEVEL = 1e-3;

/** Columns that are listed. */
const LISTED = 20;

/** Values that are sorted at most, of all columns. */
const MOST_SORTED = 2e8;

export const rules: SectionMaker = {
  name: "rules",
  what: "columns that tell the class alone",
  lacks: ({ splits }) =>
    lacksClasses({ splits }) ??
    (!(splits.train.inputs instanceof Uint8Array) && splits.train.inputs.length > MOST_SORTED
      ? "there are too many values"
      : undefined),
  make: async (task) => describeRules(task, await askRules(task)),
};

/** What was asked, and what tells the class. */
interface Asked {
  /** Rules of single columns, the best first. */
  readonly found: readonly Rule[];
  readonly telling: readonly Rule[];
  readonly nearly: readonly Rule[];
  /** Rules of two columns that tell it. */
  readonly together: readonly Rule[];
  readonly isPaired: boolean;
}

async function askRules(task: AuditTask): Promise<Asked> {
  const { train, test } = task.splits;
  const names = columnNames(task);
  const classes = train.classNames.length;
  const found: Rule[] = [];
  for (const column of eachColumn(task)) {
    if (found.length % 64 === 0) await breathe(task, found.length, names.length, "asking single columns");
    const answers = learnRule(column, train.labels, classes);
    found.push(judgeRule(column.name, answers, test.labels, classes, names.length));
  }
  found.sort((a, b) => b.kappa - a.kappa);
  const sure = found.filter(({ p }) => p < LEVEL);
  const isPaired = !isImages(train) && names.length >= 2 && names.length <= MOST_PAIRED;
  const alone = new Set(sure.filter(({ kappa }) => kappa >= NEARLY).map(({ column }) => column));
  const pairs = isPaired ? await askPairs(task, alone) : [];
  const together = pairs
    .filter(({ p, kappa }) => p < LEVEL && kappa >= TELLS)
    .sort((a, b) => b.kappa - a.kappa);
  const telling = sure.filter(({ kappa }) => kappa >= TELLS);
  const nearly = sure.filter(({ kappa }) => kappa >= NEARLY && kappa < TELLS);
  return { found, telling, nearly, together, isPaired };
}

function describeRules(task: AuditTask, { found, telling, nearly, together, isPaired }: Asked): AuditSection {
  const { train, test } = task.splits;
  const what = isImages(train) ? "pixel" : "column";
  const list = (chosen: readonly Rule[]): string =>
    chosen
      .slice(0, 5)
      .map(({ column, accuracy }) => `${JSON.stringify(column)} (${percent(accuracy)})`)
      .join(", ") + (chosen.length > 5 ? ` and ${chosen.length - 5} more` : "");
  const best = found[0]!;
  const usual = Math.max(...classCounts(test)) / test.labels.length;
  return sectionOf({
    name: "rules",
    title: isImages(train) ? "Single pixels" : "Single columns",
    outcome: telling.length + together.length > 0 ? "alarm" : nearly.length > 0 ? "notice" : "clear",
    findings: [
      ...(telling.length > 0
        ? [
            `${countNoun(telling.length, what)} alone ${telling.length === 1 ? "tells" : "tell"} the class of the test examples: ${list(telling)}. ${telling.length === 1 ? "Is it" : "Are they"} known before the class is?`,
          ]
        : []),
      ...(nearly.length > 0
        ? [
            `${countNoun(nearly.length, what)} alone nearly ${nearly.length === 1 ? "tells" : "tell"} the class: ${list(nearly)}. Ask where ${nearly.length === 1 ? "it is" : "they are"} from.`,
          ]
        : []),
      ...(together.length > 0
        ? [
            `${countNoun(together.length, "pair")} of columns together ${together.length === 1 ? "tells" : "tell"} the class: ${list(together)}.`,
          ]
        : []),
      ...(telling.length + nearly.length === 0
        ? [
            `No single ${what} tells the class: the best, ${JSON.stringify(best.column)}, is right for ${percent(best.accuracy)} of the test examples, where always the commonest class is for ${percent(usual)}.`,
          ]
        : []),
    ],
    method: [
      "Each column alone is learned from the training examples and asked for the test examples: by the commonest class of each value (Holte 1993), or of the nearest one where a value was never seen.",
      ...(isPaired
        ? ["So is each pair of other columns, in up to eight values or ranges each, by the commonest class."]
        : []),
      `A column tells the class where it agrees with it at a kappa of ${TELLS} or more (Cohen 1960), and nearly at ${NEARLY}; p is the binomial tail of as many hits by chance, times the number of columns (Bonferroni), and below ${LEVEL}.`,
    ],
    lists: [
      tableOf(
        { name: "rules", title: `Single ${what}s that tell most`, caption: "" },
        found.slice(0, LISTED),
        [
          field("column", isImages(train) ? "Pixel" : "Column", ({ column }) => column),
          field("accuracy", "Right", ({ accuracy }) => accuracy, "share"),
          field("kappa", "Kappa", ({ kappa }) => kappa, "number"),
          field("p", "p", ({ p }) => p, "number"),
        ],
      ),
    ],
    numbers: {
      telling: telling.length,
      nearly: nearly.length,
      pairs: together.length,
      bestAccuracy: best.accuracy,
      bestKappa: best.kappa,
      bestP: best.p,
    },
  });
}

/** What a column says of each test example: the commonest class of the training examples with the nearest value. */
function learnRule({ train, test }: AuditColumn, labels: Int32Array, classes: number): Int32Array {
  const places = new Map<number, number>();
  for (let at = 0; at < train.length && places.size <= FEW; at++) {
    if (!places.has(train[at]!)) places.set(train[at]!, places.size);
  }
  const { values, answers } =
    places.size <= FEW ? countValues(train, labels, classes, places) : sortValues(train, labels, classes);
  return Int32Array.from(test, (value) => answers[nearestPlace(values, value)]!);
}

/** The values of a column, rising, and the commonest class of each. */
interface ValueAnswers {
  readonly values: ArrayLike<number>;
  readonly answers: ArrayLike<number>;
}

/** Of few values, without sorting the examples. */
function countValues(
  train: Float32Array,
  labels: Int32Array,
  classes: number,
  places: ReadonlyMap<number, number>,
): ValueAnswers {
  const counts = new Int32Array(places.size * classes);
  for (let at = 0; at < train.length; at++) counts[places.get(train[at]!)! * classes + labels[at]!]!++;
  const values = Float32Array.from(places.keys()).sort();
  const answers = Int32Array.from(values, (value) => {
    const place = places.get(value)!;
    return commonest(counts.subarray(place * classes, (place + 1) * classes));
  });
  return { values, answers };
}

function sortValues(train: Float32Array, labels: Int32Array, classes: number): ValueAnswers {
  const order = Uint32Array.from(train, (_, at) => at).sort((a, b) => train[a]! - train[b]!);
  const values: number[] = [];
  const answers: number[] = [];
  const counts = new Int32Array(classes);
  for (let from = 0; from < order.length; ) {
    const value = train[order[from]!]!;
    counts.fill(0);
    for (; from < order.length && train[order[from]!] === value; from++) counts[labels[order[from]!]!]!++;
    values.push(value);
    answers.push(commonest(counts));
  }
  return { values, answers };
}

/** Where the value nearest to one stands; the lower of two. */
function nearestPlace(values: ArrayLike<number>, value: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]! < value) low = middle + 1;
    else high = middle;
  }
  const isBelow = low > 0 && (low === values.length || value - values[low - 1]! <= values[low]! - value);
  return isBelow ? low - 1 : low;
}
