/**
 * @file The pipeline check: a preparation of the user's own, run again on labels that were permuted over all examples
 * before it and before any split. Networks that know the test labels then know them from the preparation.
 */

import { percent } from "../base/percent.ts";
import { permutationTest } from "../base/permutation-test.ts";
import { MOST_CONFUSED } from "../train/outcome.ts";
import { type PipelineTrials, plural } from "./context.ts";
import type { Follows, Verdict } from "./schema.ts";
import { ACCURACY_LIMITS, estimateOf } from "./summary.ts";

/** p-value below which the alarm is raised: one false alarm in a thousand checks. */
const ALARM_BOUND = 0.001;

type PipelineCheck = NonNullable<Verdict["pipeline"]>;

/**
 * Judge from trials whose test labels, given all that a clean preparation and training may see, are in random order.
 *
 * The second p-value is the share of permutations that get at least as many test labels right as the labels as given
 * (Ojala and Garriga, JMLR 11, 2010, test 1): it holds for what a leaking preparation gains as well, since that is in
 * the loop.
 */
export function judgePipeline({
  module,
  model,
  follows,
  isGrouped,
  onTrue,
  onPermuted,
}: PipelineTrials): PipelineCheck {
  const ended = onPermuted.filter(({ confusion }) => confusion !== null);
  const accuracies = ended.map(({ testAccuracy }) => testAccuracy!);
  const [real = null] = onTrue.map(({ testAccuracy }) => testAccuracy);
  const reached = accuracies.filter((accuracy) => real !== null && accuracy >= real).length;
  const evidence = {
    module: { ...module },
    model,
    follows: { ...follows },
    permutations: ended.length,
    bound: ALARM_BOUND,
    testAccuracy: estimateOf(accuracies, ACCURACY_LIMITS),
    givenTestAccuracy: real,
    givenPValue: real === null || isGrouped || ended.length === 0 ? null : (reached + 1) / (ended.length + 1),
    trials: [...onTrue, ...onPermuted].map(({ id }) => id),
  };
  const seen = tellFollows(follows, module.name);
  if (ended.length === 0) {
    const why = onPermuted.some(({ hits }) => hits)
      ? `of more than ${MOST_CONFUSED} classes trials do not keep what was taken for what`
      : "no trial on permuted labels came to its end";
    const reasons = [why, ...seen];
    return { ...evidence, suspected: seen.length > 0 || null, pValue: null, expected: null, reasons };
  }
  const { accuracy, expected, pValue } = permutationTest(
    ended.map(({ confusion }) => confusion!),
    0,
  );
  const suspected = pValue < ALARM_BOUND || seen.length > 0;
  const said = `over ${plural(ended.length, "permutation")} of all labels, each before ${module.name} ran, ${model} gets ${percent(accuracy)} of the test labels right, ${percent(expected)} are expected (p = ${Number(pValue.toPrecision(3))})`;
  const lost = onPermuted.length - ended.length;
  const reasons = [
    said,
    ...(real === null
      ? []
      : [
          `on the labels as given it gets ${percent(real)}${evidence.givenPValue === null ? "" : ` (p = ${shortly(evidence.givenPValue)})`}`,
        ]),
    ...seen,
    ...(lost > 0 ? [`${plural(lost, "permutation")} came to no end`] : []),
  ];
  return {
    ...evidence,
    suspected,
    pValue,
    expected,
    reasons,
    ...(suspected && { next: `in ${module.name}, divide first, and use training rows alone` }),
  };
}

/** What training rows follow that they should not. */
function tellFollows({ testLabels, testInputs, inBoth, labelsInInputs }: Follows, name: string): string[] {
  const of = [testLabels && "labels", testInputs && "inputs"].filter(Boolean).join(" and ");
  const hint = testLabels ? "" : ", as scaling on all rows makes them";
  return [
    ...(of ? [`the training rows that ${name} makes change with the ${of} of test rows${hint}`] : []),
    ...(labelsInInputs ? [`inputs of test rows that ${name} makes change with the labels of test rows`] : []),
    ...(inBoth ? [`${plural(inBoth, "given row")} came to stand in both splits`] : []),
  ];
}

const shortly = (value: number): string => `${Number(value.toPrecision(3))}`;

/** What the pipeline check says. */
export const tellPipeline = (suspected: boolean | null): string =>
  suspected === null
    ? "The pipeline check could not be made"
    : suspected
      ? "Pipeline alarm, the preparation uses test rows for training"
      : "Pipeline check passed";
