/**
 * @file Plots in words: where they are from, how to read them, and where their lines start and end.
 */

import type { Plot, Series } from "../../document/plot.ts";
import type { ExperimentResult } from "../../paper/experiment-result.ts";
import { formatNoun } from "../format.ts";
import { formatSet, formatValue, unitSuffix } from "../units.ts";
import type { Domain } from "./domain.ts";

/** What a plot belongs to: an experiment has a scale and is about seeds, others have neither. */
export type About = Pick<ExperimentResult, "source" | "name"> & Partial<Pick<ExperimentResult, "scale">>;

const measuredIn = ({ points }: Series): Series["points"] => points.filter(({ y }) => y !== null);

/** Where a plot is from, and how often it was measured. */
export function subtitleOf({ series }: Plot, { source, name, scale }: About): string {
  if (scale === undefined) return source ?? name;
  const seeds = [...new Set(series.flatMap((one) => measuredIn(one).map(({ n }) => n)))].sort(
    (a, b) => a - b,
  );
  const [least, most] = [seeds[0], seeds.at(-1)];
  const told =
    least === undefined
      ? "nothing measured"
      : least === most
        ? formatNoun(least, "seed")
        : `${least} to ${most} seeds`;
  const what = scale === "custom" ? "" : `, ${scale} scale`;
  return `${source === null ? name : `Beside ${source}`}${what}, ${told}`;
}

/**
 * How to read a plot, a sentence each.
 *
 * @param shown - How much of it is drawn, and how.
 * @param whole - The plot with what has no place on its axes.
 */
export function notesOf(
  { caption, series, guides }: Plot,
  shown: { readonly y: { readonly domain: Domain }; readonly intervals: "bars" | "bands" },
  hasSeeds: boolean,
  whole: Plot,
): string[] {
  const [low, high] = shown.y.domain;
  const measured = series.flatMap(measuredIn);
  const reach = measured.flatMap((point) => [point.low, point.high].filter((end) => end !== null));
  const isCut = reach.some((end) => end < low || end > high);
  const isLeftOut = [
    ...measured.map(({ y }) => y!),
    ...series.flatMap(({ paper }) => paper.map(({ y }) => y)),
    ...guides.map(({ y }) => y),
  ].some((y) => y < low || y > high);
  const bare = series.filter((one) => measuredIn(one).length === 0).map(({ title }) => title);
  const gaps = whole.series.flatMap(({ title, points }) => {
    const count = points.filter(({ y }) => y === null).length;
    return count > 0 && count < points.length ? [`${title} at ${formatNoun(count, "point")}`] : [];
  });
  const spread = shown.intervals === "bands" ? "Bands" : "Bars";
  const isSpread = reach.length > 0;
  return [
    ...(caption === "" ? [] : [caption]),
    ...(isSpread ? [`${spread} are 95 % intervals${isCut ? ", cut off at the frame" : ""}.`] : []),
    ...(hasSeeds && measured.length > 0 && !isSpread
      ? ["Fewer than three seeds, so there are no intervals."]
      : []),
    ...(bare.length > 0 ? [`Not measured: ${bare.join(", ")}.`] : []),
    ...(gaps.length > 0 ? [`No value: ${gaps.join(", ")}.`] : []),
    ...(isLeftOut ? ["Values beyond the frame are not drawn."] : []),
  ];
}

/** Where each line starts and ends, in words. */
export function describe({ y, x, series, guides }: Plot, isCompared: boolean): string {
  const ends = (points: readonly { readonly x: number; readonly y: number | null }[]): string => {
    const known = points.filter((point) => point.y !== null);
    const [first, last] = [known[0], known.at(-1)];
    if (!first || !last) return "not measured";
    const tell = (point: typeof first): string =>
      `${formatValue(point.y, y.unit)}${unitSuffix(y.unit).replace(",", "")} at ${formatSet(point.x, x.unit)}`;
    return first === last ? tell(first) : `${tell(first)}, ${tell(last)}`;
  };
  const told = series.map(
    ({ title, points, paper }) =>
      `${title}: ${isCompared || paper.length > 0 ? "ours " : ""}${ends(points)}${paper.length > 0 ? `; the paper ${ends(paper)}` : ""}`,
  );
  const lines = guides.map((guide) => `${guide.label}: ${formatSet(guide.y, y.unit)}`);
  return `${y.label} by ${x.label.toLowerCase()}. ${[...told, ...lines].join(". ")}.`;
}
