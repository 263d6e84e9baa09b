/**
 * @file How alike two pictures are once one is laid over the other: shifted, scaled, sheared, brightened.
 *
 * Source: the inverse compositional algorithm of Baker and Matthews, "Lucas-Kanade 20 years on", IJCV 2004, section 3.2, with
 * an affine warp; each warped picture is brought to mean 0 and deviation 1 where it is seen, so that brightness and contrast do
 * not matter. Likeness is the correlation of the gradients of both pictures (central differences along rows and columns, together): flat skies agree in brightness, and say nothing.
 */

import { eliminate } from "../../base/linear/elimination.ts";
import type { Pictures } from "./thumbnails.ts";

/** An affine map `x' = a x + b y + c`, `y' = d x + e y + f` of places seen from the middle, in pixels. */
type Warp = [a: number, b: number, c: number, d: number, e: number, f: number];

/** How far a warp may go: scales from 1/2 to 3/2, shears, and shifts as shares of a side. */
const LIMITS = { scale: 0.5, shear: 0.35, shift: 0.3 };

/** Share of the picture that both must have. */
const LEAST_SEEN = 0.5;

/** Added to the diagonal, as a share of the number of pixels: what has no gradient moves nothing. */
const DAMPING = 1e-4;

const PARAMETERS = 6;

/** Compares one picture with others. */
export interface Aligner {
  /** Lay other pictures over this one from now on. */
  setTemplate(picture: number): void;
  /** Correlation of gradients with another picture in `[-1, 1]`, laid over or as it is, whichever is larger. */
  likeness(other: number): number;
}

/**
 * Open an aligner, coarse level first.
 *
 * @param levels - The same pictures at several sizes, each half of the one after.
 * @param steps - How often the warp is improved at each level.
 */
export function createAligner(levels: readonly Pictures[], steps: readonly number[]): Aligner {
  const templates = levels.map(createTemplate);
  const finest = templates.at(-1)!;
  return {
    setTemplate(picture) {
      for (const template of templates) template.set(picture);
    },
    likeness(other) {
      const still = finest.correlate(other, [1, 0, 0, 0, 1, 0]);
      let warp: Warp = [1, 0, 0, 0, 1, 0];
      for (const [at, template] of templates.entries()) {
        if (at > 0) warp = [warp[0], warp[1], 2 * warp[2], warp[3], warp[4], 2 * warp[5]];
        for (let step = 0; step < steps[at]!; step++) {
          const next = template.improve(other, warp);
          if (next === undefined) break;
          warp = next;
        }
      }
      return Math.max(still, finest.correlate(other, warp));
    },
  };
}

/** What is seen of a picture through a warp. */
function createView({ rows, columns, values }: Pictures) {
  const size = rows * columns;
  const warped = new Float64Array(size);
  const seen = new Uint8Array(size);
  const [middleX, middleY] = [(columns - 1) / 2, (rows - 1) / 2];
  /** See a picture through a warp; returns how many pixels are seen. */
  const look = (picture: number, [a, b, c, d, e, f]: Warp): number => {
    const start = picture * size;
    let count = 0;
    for (let row = 0, at = 0; row < rows; row++) {
      const y = row - middleY;
      let sourceX = -a * middleX + b * y + c + middleX;
      let sourceY = -d * middleX + e * y + f + middleY;
      for (let column = 0; column < columns; column++, at++, sourceX += a, sourceY += d) {
        if (!(sourceX >= 0 && sourceX <= columns - 1 && sourceY >= 0 && sourceY <= rows - 1)) {
          seen[at] = 0;
          continue;
        }
        const left = Math.min(columns - 2, Math.floor(sourceX));
        const top = Math.min(rows - 2, Math.floor(sourceY));
        const [right, below] = [sourceX - left, sourceY - top];
        const from = start + top * columns + left;
        const above = values[from]! + right * (values[from + 1]! - values[from]!);
        const under =
          values[from + columns]! + right * (values[from + columns + 1]! - values[from + columns]!);
        warped[at] = above + below * (under - above);
        seen[at] = 1;
        count++;
      }
    }
    return count;
  };
  return { warped, seen, look };
}

/** One picture at one size, and what is needed to lay others over it. */
function createTemplate({ rows, columns, values }: Pictures) {
  const size = rows * columns;
  const template = new Float64Array(size);
  // Derivatives of the template by the six parameters, `[size, 6]`.
  const jacobian = new Float64Array(size * PARAMETERS);
  const inverse = new Float64Array(PARAMETERS * PARAMETERS);
  const { warped, seen, look } = createView({ rows, columns, values });
  return {
    set(picture: number): void {
      for (let at = 0; at < size; at++) template[at] = values[picture * size + at]!;
      standardize(template);
      differentiate(template, rows, columns, jacobian);
      invert(jacobian, size, inverse);
    },

    /** One step; undefined where the next warp would go too far, or no longer moves. */
    improve(picture: number, warp: Warp): Warp | undefined {
      const count = look(picture, warp);
      if (count < LEAST_SEEN * size) return undefined;
      let [mean, squares] = [0, 0];
      for (let at = 0; at < size; at++) if (seen[at]) mean += warped[at]!;
      mean /= count;
      for (let at = 0; at < size; at++) if (seen[at]) squares += (warped[at]! - mean) ** 2;
      if (squares === 0) return undefined;
      const scale = Math.sqrt(count / squares);
      const slope = [0, 0, 0, 0, 0, 0];
      let [s0, s1, s2, s3, s4, s5] = slope as [number, number, number, number, number, number];
      for (let at = 0, from = 0; at < size; at++, from += PARAMETERS) {
        if (!seen[at]) continue;
        const error = (warped[at]! - mean) * scale - template[at]!;
        s0 += jacobian[from]! * error;
        s1 += jacobian[from + 1]! * error;
        s2 += jacobian[from + 2]! * error;
        s3 += jacobian[from + 3]! * error;
        s4 += jacobian[from + 4]! * error;
        s5 += jacobian[from + 5]! * error;
      }
      const change = [0, 0, 0, 0, 0, 0] as Warp;
      const all = [s0, s1, s2, s3, s4, s5];
      for (let row = 0; row < PARAMETERS; row++) {
        for (let column = 0; column < PARAMETERS; column++) {
          change[row]! += inverse[row * PARAMETERS + column]! * all[column]!;
        }
      }
      const next = compose(warp, change);
      return next && isNear(next, rows, columns) ? next : undefined;
    },

    /** Correlation of gradients where both are seen; -1 where too little is. */
    correlate(picture: number, warp: Warp): number {
      look(picture, warp);
      let [products, own, others, count] = [0, 0, 0, 0];
      for (let row = 1; row < rows - 1; row++) {
        for (let at = row * columns + 1; at < (row + 1) * columns - 1; at++) {
          if (!(seen[at + 1] && seen[at - 1] && seen[at + columns] && seen[at - columns])) continue;
          const x = template[at + 1]! - template[at - 1]!;
          const y = template[at + columns]! - template[at - columns]!;
          const otherX = warped[at + 1]! - warped[at - 1]!;
          const otherY = warped[at + columns]! - warped[at - columns]!;
          products += x * otherX + y * otherY;
          own += x * x + y * y;
          others += otherX * otherX + otherY * otherY;
          count++;
        }
      }
      const enough = count >= LEAST_SEEN * (rows - 2) * (columns - 2) && own * others > 0;
      return enough ? products / Math.sqrt(own * others) : -1;
    },
  };
}

/** Bring a picture to mean 0 and deviation 1; one of a single color to 0. */
function standardize(values: Float64Array): void {
  let [mean, squares] = [0, 0];
  for (const value of values) mean += value / values.length;
  for (const value of values) squares += (value - mean) ** 2;
  const scale = squares > 0 ? Math.sqrt(values.length / squares) : 0;
  for (let at = 0; at < values.length; at++) values[at] = (values[at]! - mean) * scale;
}

/** The derivatives of a picture by the parameters of a warp. */
function differentiate(values: Float64Array, rows: number, columns: number, jacobian: Float64Array): void {
  for (let row = 0, at = 0; row < rows; row++) {
    const y = row - (rows - 1) / 2;
    for (let column = 0; column < columns; column++, at++) {
      const x = column - (columns - 1) / 2;
      const [before, after] = [column > 0 ? 1 : 0, column < columns - 1 ? 1 : 0];
      const [above, below] = [row > 0 ? columns : 0, row < rows - 1 ? columns : 0];
      const slopeX = (values[at + after]! - values[at - before]!) / (after + before);
      const slopeY = (values[at + below]! - values[at - above]!) / (Number(above > 0) + Number(below > 0));
      const to = at * PARAMETERS;
      jacobian[to] = slopeX * x;
      jacobian[to + 1] = slopeX * y;
      jacobian[to + 2] = slopeX;
      jacobian[to + 3] = slopeY * x;
      jacobian[to + 4] = slopeY * y;
      jacobian[to + 5] = slopeY;
    }
  }
}

/** The inverse of the damped Gauss-Newton matrix; 0 where there is none. */
function invert(jacobian: Float64Array, size: number, inverse: Float64Array): void {
  const matrix = new Float64Array(PARAMETERS * PARAMETERS);
  for (let from = 0; from < size * PARAMETERS; from += PARAMETERS) {
    for (let row = 0; row < PARAMETERS; row++) {
      for (let column = 0; column <= row; column++) {
        matrix[row * PARAMETERS + column]! += jacobian[from + row]! * jacobian[from + column]!;
      }
    }
  }
  const identity = new Float64Array(PARAMETERS * PARAMETERS);
  for (let row = 0; row < PARAMETERS; row++) {
    for (let column = 0; column < row; column++) {
      matrix[column * PARAMETERS + row] = matrix[row * PARAMETERS + column]!;
    }
    matrix[row * PARAMETERS + row]! += DAMPING * size;
    identity[row * PARAMETERS + row] = 1;
  }
  inverse.set(eliminate(matrix, PARAMETERS)?.solve(identity, PARAMETERS) ?? new Float64Array(inverse.length));
}

/** A warp after the inverse of a small one, `I + change`; undefined where that has none. */
function compose([a, b, c, d, e, f]: Warp, change: Warp): Warp | undefined {
  const [p, q, r, s, t, u] = [1 + change[0], change[1], change[2], change[3], 1 + change[4], change[5]];
  const determinant = p * t - q * s;
  if (!(Math.abs(determinant) > 0.1)) return undefined;
  const [ip, iq, is, it] = [t / determinant, -q / determinant, -s / determinant, p / determinant];
  const [ir, iu] = [-(ip * r + iq * u), -(is * r + it * u)];
  return [
    a * ip + b * is,
    a * iq + b * it,
    a * ir + b * iu + c,
    d * ip + e * is,
    d * iq + e * it,
    d * ir + e * iu + f,
  ];
}

const isNear = ([a, b, c, d, e, f]: Warp, rows: number, columns: number): boolean =>
  Math.abs(a - 1) < LIMITS.scale &&
  Math.abs(e - 1) < LIMITS.scale &&
  Math.abs(b) < LIMITS.shear &&
  Math.abs(d) < LIMITS.shear &&
  Math.abs(c) < LIMITS.shift * columns &&
  Math.abs(f) < LIMITS.shift * rows;
