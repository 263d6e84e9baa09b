/**
 * @file Functions through the same points: the one of least norm, one forced through more, one with centers elsewhere.
 */

import { messageOf } from "../../base/errors.ts";
import type { Matrix } from "../../base/linear/matrix.ts";
import { randomStream } from "../../base/random.ts";
import { type Fitted, fitElsewhere, fitLeastNorm } from "../../theory/kernel/in-memory.ts";
import { kernelOf } from "../../theory/kernel/kernels.ts";
import type { Point } from "./points.ts";

/** What is asked. */
export interface Asked {
  readonly points: readonly Point[];
  readonly kernel: "gaussian" | "laplace";
  /** How far a point is felt, in the units of the inputs. */
  readonly width: number;
  readonly seed: number;
}

/** A function through the points. */
export interface Through {
  readonly curve: readonly (readonly [x: number, y: number])[];
  readonly norm: number;
}

export interface Family {
  /** The interpolant of least norm; or why there is none. */
  readonly least: Through | string;
  /** That of least norm through the points and the extra ones. */
  readonly forced?: Through | undefined;
  /** With centers at random places. */
  readonly elsewhere?: Through | undefined;
  /** Points in between, with random labels. */
  readonly extra: readonly Point[];
}

/** Places at which curves are drawn. */
const GRID = Float64Array.from({ length: 241 }, (_, at) => -1.2 + at / 100);

/** What is left of the labels if a system could not be solved in float64. */
const RESIDUAL = 1e-6;

/** Extra points, halfway between some neighbors. */
function extraPoints(points: readonly Point[], seed: number): Point[] {
  const random = randomStream(seed, "theory-extra-points");
  const places = points.map(({ input }) => input[0]!).sort((a, b) => a - b);
  return places.slice(1).map((place, at) => ({
    input: [(place + places[at]!) / 2],
    label: Math.round(200 * random.uniform() - 100) / 100,
  }));
}

const column = (values: Float64Array): Matrix => ({ rows: values.length, columns: 1, values });

/** The functions for some points. */
export function findInterpolants({ points, kernel: name, width, seed }: Asked): Family {
  const bandwidth = name === "gaussian" ? 1 / (2 * width * width) : 1 / width;
  const kernel = kernelOf({ kernel: name, bandwidth, degree: 1 });
  const askedOf = (all: readonly Point[]) => ({
    kernel,
    train: column(Float64Array.from(all, ({ input }) => input[0]!)),
    test: column(GRID),
    targets: Float64Array.from(all, ({ label }) => label),
    columns: 1,
  });
  const drawn = ({ said, squaredNorm }: Fitted): Through => ({
    curve: Array.from(said, (y, at) => [GRID[at]!, y] as const),
    norm: Math.sqrt(squaredNorm),
  });
  const extra = extraPoints(points, seed);
  const [least, forced] = [points, [...points, ...extra]].map((all) =>
    attempt(() => drawn(fitLeastNorm(askedOf(all)))),
  ) as [Through | string, Through | string];
  if (typeof least === "string") return { least, extra: [] };
  const away = fitElsewhere(askedOf(points), seed);
  return {
    least,
    extra,
    forced: typeof forced === "string" ? undefined : forced,
    elsewhere: away && away.residual < RESIDUAL ? drawn(away) : undefined,
  };
}

function attempt<T>(make: () => T): T | string {
  try {
    return make();
  } catch (error) {
    return messageOf(error);
  }
}

/**
 * The function part of the way from the one of least norm to another through the same points: it passes through them, too.
 *
 * What is added is 0 at the points, hence orthogonal to the function of least norm: squares of norms add.
 *
 * @param share - 0 is the one of least norm, 1 the other.
 */
export function between(least: Through, other: Through, share: number): Through {
  return {
    curve: least.curve.map(([x, y], at) => [x, y + share * (other.curve[at]![1] - y)] as const),
    norm: Math.sqrt(least.norm ** 2 + share ** 2 * (other.norm ** 2 - least.norm ** 2)),
  };
}
