/**
 * @file How well a ranking finds what it should: areas under curves, F1, and rank correlation.
 */

/** Rows by falling score; equal ones are one step, whose rows count together. */
function steps(scores: ArrayLike<number>, wanted: ArrayLike<number>) {
  const order = Array.from({ length: scores.length }, (_, row) => row).sort(
    (a, b) => scores[b]! - scores[a]!,
  );
  const found: { readonly taken: number; readonly hits: number }[] = [];
  let hits = 0;
  for (const [at, row] of order.entries()) {
    hits += wanted[row]!;
    const next = order[at + 1];
    if (next === undefined || scores[next] !== scores[row]) found.push({ taken: at + 1, hits });
  }
  return found;
}

/** Area under the precision-recall curve as a sum of steps: the mean of precision over what is wanted (as scikit-learn has it). */
export function averagePrecision(scores: ArrayLike<number>, wanted: ArrayLike<number>): number {
  const curve = steps(scores, wanted);
  const all = curve.at(-1)!.hits;
  let before = 0;
  let area = 0;
  for (const { taken, hits } of curve) {
    area += ((hits - before) / all) * (hits / taken);
    before = hits;
  }
  return area;
}

/** Probability that something wanted scores higher than something else, ties for a half. */
export function rankAuc(scores: ArrayLike<number>, wanted: ArrayLike<number>): number {
  const curve = steps(scores, wanted);
  const { taken, hits: all } = curve.at(-1)!;
  let before = { taken: 0, hits: 0 };
  let area = 0;
  for (const point of curve) {
    const others = point.taken - point.hits - (before.taken - before.hits);
    area += others * (before.hits + (point.hits - before.hits) / 2);
    before = point;
  }
  return area / (all * (taken - all));
}

export interface F1 {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

const f1From = (hits: number, taken: number, all: number): F1 => ({
  precision: hits / Math.max(1, taken),
  recall: hits / all,
  f1: (2 * hits) / (taken + all),
});

/** The best F1 of all cuts of a ranking. */
export function bestF1(scores: ArrayLike<number>, wanted: ArrayLike<number>): F1 {
  const curve = steps(scores, wanted);
  const all = curve.at(-1)!.hits;
  return curve
    .map(({ taken, hits }) => f1From(hits, taken, all))
    .reduce((best, each) => (each.f1 > best.f1 ? each : best));
}

/** The F1 of what was chosen. */
export function f1Of(chosen: readonly number[], wanted: ArrayLike<number>): F1 {
  const hits = chosen.filter((row) => wanted[row] === 1).length;
  return f1From(
    hits,
    chosen.length,
    Array.from(wanted).reduce((sum, each) => sum + each, 0),
  );
}

/** Spearman's rank correlation; ties have the mean of their ranks. */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [x, y] = [ranks(a), ranks(b)];
  const mean = (x.length - 1) / 2;
  let [xy, xx, yy] = [0, 0, 0];
  for (let at = 0; at < x.length; at++) {
    const [dx, dy] = [x[at]! - mean, y[at]! - mean];
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  return xy / Math.sqrt(xx * yy);
}

function ranks(values: ArrayLike<number>): Float64Array {
  const order = Array.from({ length: values.length }, (_, row) => row).sort(
    (a, b) => values[a]! - values[b]!,
  );
  const out = new Float64Array(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to + 1 < order.length && values[order[to + 1]!] === values[order[from]!]) to++;
    for (let at = from; at <= to; at++) out[order[at]!] = (from + to) / 2;
    from = to + 1;
  }
  return out;
}
