/**
 * @file Confident learning: how many labels are wrong, and which, by held-out probabilities.
 *
 * Source: Northcutt, Jiang, Chuang, "Confident learning: estimating uncertainty in dataset labels", JAIR 70, 2021
 * (arXiv:1911.00068); sections and equations are its.
 */

/** Labels as they are given, and what was predicted for each example by who had not seen it. */
export interface HeldOut {
  /** `[count]`: classes, in `[0, classes)`. */
  readonly labels: Int32Array;
  readonly classes: number;
  /** `[count, classes]`: probabilities; each row sums to 1. */
  readonly probabilities: ArrayLike<number>;
}

/** What is confidently another class, and how often. */
export interface ConfidentJoint {
  /** `[classes]`: mean probability of a class among the examples given as it (equation 2); 2 where none is. */
  readonly thresholds: Float64Array;
  /** `[count]`: the class that each example is confidently of; -1 where it is of none. */
  readonly confident: Int32Array;
  /** `[classes, classes]`: examples by given and confident class (equation 1). */
  readonly counts: Float64Array;
  /** `[classes, classes]`: share of all examples by given and true class, estimated (equation 3); sums to 1. */
  readonly joint: Float64Array;
  /** Share of labels that are wrong, estimated: what of the joint is off the diagonal. */
  readonly noise: number;
}

/** Estimate the joint distribution of given and true labels (section 3.1). */
export function confidentJoint(heldOut: HeldOut): ConfidentJoint {
  const { labels, classes, probabilities } = heldOut;
  const given = countGiven(heldOut);
  const sums = new Float64Array(classes);
  for (const [row, label] of labels.entries()) sums[label]! += probabilities[row * classes + label]!;
  // A class that no example is given as has no threshold, and nothing is confidently of it.
  const thresholds = sums.map((sum, label) => (given[label] === 0 ? 2 : sum / given[label]!));
  const counts = new Float64Array(classes * classes);
  const confident = labels.map((label, row) => {
    let best = -1;
    for (let other = 0; other < classes; other++) {
      const probability = probabilities[row * classes + other]!;
      if (probability < thresholds[other]!) continue;
      if (best < 0 || probability > probabilities[row * classes + best]!) best = other;
    }
    if (best >= 0) counts[label * classes + best]!++;
    return best;
  });
  const joint = calibrated(counts, given, labels.length);
  let noise = 1;
  for (let label = 0; label < classes; label++) noise -= joint[label * classes + label]!;
  return { thresholds, confident, counts, joint, noise: Math.max(0, noise) };
}

const countGiven = ({ labels, classes }: HeldOut): Float64Array => {
  const given = new Float64Array(classes);
  for (const label of labels) given[label]!++;
  return given;
};

/** Rows brought to the number of examples given as their class; a class that is nowhere confident counts as right. */
function calibrated(counts: Float64Array, given: Float64Array, total: number): Float64Array {
  const classes = given.length;
  const joint = new Float64Array(counts.length);
  for (let label = 0; label < classes; label++) {
    const row = counts.subarray(label * classes, (label + 1) * classes);
    const sum = row.reduce((all, count) => all + count, 0);
    if (sum === 0) joint[label * classes + label] = given[label]! / total;
    else
      for (let other = 0; other < classes; other++)
        joint[label * classes + other] = (row[other]! / sum) * (given[label]! / total);
  }
  return joint;
}

/** `[count]`: the probability of the given label; low where it is probably wrong (section 4, "self-confidence"). */
export const selfConfidence = ({ labels, classes, probabilities }: HeldOut): Float64Array =>
  Float64Array.from(labels, (label, row) => probabilities[row * classes + label]!);

/** The most probable class of an example but one, and its probability. */
function bestBut({ classes, probabilities }: HeldOut, row: number, but: number): number {
  let best = but === 0 ? 1 : 0;
  for (let other = 0; other < classes; other++)
    if (other !== but && probabilities[row * classes + other]! > probabilities[row * classes + best]!)
      best = other;
  return best;
}

/** `[count]`: the probability of the given label less that of the best other class (section 4, "normalized margin"). */
export const normalizedMargin = (heldOut: HeldOut): Float64Array =>
  Float64Array.from(heldOut.labels, (label, row) => {
    const at = row * heldOut.classes;
    return heldOut.probabilities[at + label]! - heldOut.probabilities[at + bestBut(heldOut, row, label)]!;
  });

/** `[count]`: the most probable class but the given one. */
export const probableClasses = (heldOut: HeldOut): Int32Array =>
  heldOut.labels.map((label, row) => bestBut(heldOut, row, label));

/** Ways to choose which labels are wrong (section 3.2). */
export const selections = ["confusion", "confident-joint", "by-class", "by-noise-rate", "both"] as const;

export type Selection = (typeof selections)[number];

/**
 * Choose the examples whose labels are wrong; their rows, in order.
 *
 * - `confusion`: the most probable class is another one.
 * - `confident-joint`: they are confidently of another class.
 * - `by-class`: of each class, as many as are estimated wrong, of the lowest self-confidence (PBC).
 * - `by-noise-rate`: of each class and each other one, as many as are estimated so, of the largest margin (PBNR).
 * - `both`: those of the last two (C+NR).
 */
export function selectWrong(heldOut: HeldOut, joint: ConfidentJoint, how: Selection): number[] {
  const { labels } = heldOut;
  const rows = [...labels.keys()];
  switch (how) {
    case "confusion": {
      const margin = normalizedMargin(heldOut);
      return rows.filter((row) => margin[row]! < 0);
    }
    case "confident-joint":
      return rows.filter((row) => joint.confident[row]! >= 0 && joint.confident[row] !== labels[row]);
    case "by-class":
      return pruneByClass(heldOut, joint);
    case "by-noise-rate":
      return pruneByNoiseRate(heldOut, joint);
    case "both": {
      const others = new Set(pruneByNoiseRate(heldOut, joint));
      return pruneByClass(heldOut, joint).filter((row) => others.has(row));
    }
  }
}

/** The rows given as each class. */
function rowsByClass({ labels, classes }: HeldOut): number[][] {
  const byClass = Array.from({ length: classes }, () => [] as number[]);
  for (const [row, label] of labels.entries()) byClass[label]!.push(row);
  return byClass;
}

function pruneByClass(heldOut: HeldOut, { joint }: ConfidentJoint): number[] {
  const { classes, labels } = heldOut;
  const confidence = selfConfidence(heldOut);
  return rowsByClass(heldOut)
    .flatMap((rows, label) => {
      let share = 0;
      for (let other = 0; other < classes; other++)
        if (other !== label) share += joint[label * classes + other]!;
      return rows
        .toSorted((a, b) => confidence[a]! - confidence[b]!)
        .slice(0, Math.round(share * labels.length));
    })
    .sort((a, b) => a - b);
}

function pruneByNoiseRate(heldOut: HeldOut, { joint }: ConfidentJoint): number[] {
  const { classes, labels, probabilities } = heldOut;
  const chosen = new Set<number>();
  for (const [label, rows] of rowsByClass(heldOut).entries())
    for (let other = 0; other < classes; other++) {
      const count = other === label ? 0 : Math.round(joint[label * classes + other]! * labels.length);
      if (count === 0) continue;
      const margin = (row: number): number =>
        probabilities[row * classes + other]! - probabilities[row * classes + label]!;
      for (const row of rows.toSorted((a, b) => margin(b) - margin(a)).slice(0, count)) chosen.add(row);
    }
  return [...chosen].sort((a, b) => a - b);
}
