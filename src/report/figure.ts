/**
 * @file Figures as plain data: what there is to draw, and nothing about how.
 */

import type { Estimate } from "../base/statistics.ts";
import type { TestResult } from "../paper/test-result.ts";
import { accuracyByCorruption, learningAndMemorising } from "./comparisons.ts";
import { accuracyCurves, trainingCurves } from "./curves.ts";
import type { Kind } from "./kinds.ts";
import { noiseApart } from "./noise-apart.ts";

/** A mean with its 95 % interval at one place. */
export interface Point extends Estimate {
  readonly x: number;
  /** The kind of the trials behind this point, where the line's points differ in it. */
  readonly kind?: Kind;
}

/** A line through points. */
export interface Line {
  readonly label: string;
  /** The kind of trial it is about; null if it goes from kind to kind. */
  readonly kind: Kind | null;
  /** Points from left to right. */
  readonly points: readonly Point[];
}

/** Lines that share a frame. */
export interface Panel {
  readonly title: string;
  readonly lines: readonly Line[];
}

/** What an axis measures. */
export interface Axis {
  /** With its unit, where it has one. */
  readonly label: string;
  /** Shares are in `[0, 1]` and shown in percent. */
  readonly form: "whole" | "number" | "share";
  readonly domain: readonly [low: number, high: number];
}

/** A value to compare with. */
export interface Reference {
  readonly label: string;
  readonly value: number;
}

interface Heading {
  /** Name of its file, without its end. */
  readonly name: string;
  readonly title: string;
  /** What was trained on what; shown where the figure stands alone. */
  readonly subtitle: string;
  /** The figure for people who do not see it. */
  readonly description: string;
  readonly reference: Reference;
  /** How to read it, a sentence each. */
  readonly notes: readonly string[];
}

/** Lines over a number, in panels side by side. */
export interface LineFigure extends Heading {
  readonly form: "lines";
  readonly x: Axis;
  readonly y: Axis;
  /** Whether intervals are drawn as a band along the line or as a bar at each point. */
  readonly intervals: "bands" | "bars";
  readonly panels: readonly Panel[];
}

/** Train and test accuracy of one kind of trial. */
export interface Pair {
  readonly label: string;
  readonly kind: Kind;
  readonly train: Estimate | null;
  readonly test: Estimate | null;
}

/** Pairs of train and test accuracy, one below the other. */
export interface PairFigure extends Heading {
  readonly form: "pairs";
  readonly x: Axis;
  readonly pairs: readonly Pair[];
}

export type Figure = LineFigure | PairFigure;

/** The figures of a test, those for which there is something to draw; the one to show first comes first. */
export const figuresOf = (result: TestResult): Figure[] =>
  [
    learningAndMemorising(result),
    trainingCurves(result),
    accuracyCurves(result),
    accuracyByCorruption(result),
    noiseApart(result),
  ].filter((figure) => figure !== null);
