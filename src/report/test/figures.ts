/**
 * @file The figures of a test.
 */

import type { TestResult } from "../../paper/test-result.ts";
import { drawCurves } from "../chart/curve-chart.ts";
import type { CurveFigure } from "../chart/figure.ts";
import type { DrawOptions } from "../chart/frame.ts";
import { drawPairs, type PairFigure } from "../chart/pair-chart.ts";
import { accuracyByCorruption, learningAndMemorizing } from "./comparisons.ts";
import { accuracyCurves, trainingCurves } from "./curves.ts";
import { noiseApart } from "./noise-apart.ts";

/** Lines, or pairs of dots. */
export type TestFigure = CurveFigure | PairFigure;

/** The figures of a test, those for which there is something to draw; the one to show first comes first. */
export const testFigures = (result: TestResult): TestFigure[] =>
  [
    learningAndMemorizing(result),
    trainingCurves(result),
    accuracyCurves(result),
    accuracyByCorruption(result),
    noiseApart(result),
  ].filter((figure) => figure !== null);

/** Draw a figure; the same figure gives the same bytes. */
export const drawTestFigure = (figure: TestFigure, options: DrawOptions): string =>
  "pairs" in figure ? drawPairs(figure, options) : drawCurves(figure, options);
