/**
 * @file Plots as data: curves over an axis, beside the paper's.
 */

import { z } from "zod";
import { type Measurement, units } from "./measurement.ts";

const count = z.int().min(0);

const point = z.object({
  x: z.number(),
  y: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  n: count,
});

const series = z.object({
  /** What the legend says: a model, or a randomization. */
  title: z.string(),
  points: z.array(point),
  /** False where points are corners of a line and not what was measured: they are not marked. True if not given. */
  markers: z.boolean().optional(),
  /** The paper's curve, drawn beside ours; empty if it has none. */
  paper: z.array(z.object({ x: z.number(), y: z.number() })),
});

const axis = z.object({
  label: z.string(),
  unit: z.enum(units),
  /** Smallest and largest value shown; null for what the points need. */
  domain: z.tuple([z.number(), z.number()]).nullable(),
  /** `linear` if not given; on a `log` axis values of 0 or less are not drawn. */
  scale: z.enum(["linear", "log"]).optional(),
});

export const plotSchema = z.object({
  /** For file names: `figure-1b-accuracy`. */
  name: z.string(),
  title: z.string(),
  caption: z.string(),
  x: axis,
  y: axis,
  /** Horizontal lines to compare with, such as chance. */
  guides: z.array(z.object({ label: z.string(), y: z.number() })),
  series: z.array(series),
});

export type Plot = z.infer<typeof plotSchema>;
export type Series = z.infer<typeof series>;

/** A measurement as a point of a curve. */
export const pointOf = (x: number, { value, low, high, n }: Measurement): Series["points"][number] => ({
  x,
  y: value,
  low,
  high,
  n,
});

/** A number as a point of a curve. */
export const plainPoint = (x: number, y: number | null): Series["points"][number] => ({
  x,
  y,
  low: null,
  high: null,
  n: 1,
});
