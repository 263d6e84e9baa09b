/**
 * @file The verdict: does the recipe memorize, does it learn, are labels and test data what they should be - each
 * with its evidence, and what to do next.
 */

import { percent } from "../base/percent.ts";
import type { Copies } from "../data/copies.ts";
import type { TrialResult } from "../run/trial-record.ts";
import { judgeCapacity } from "./capacity.ts";
import { plural, sum, type VerdictContext } from "./context.ts";
import { judgeLabels } from "./labels.ts";
import { judgeLearning } from "./learning.ts";
import { lookAt, tellLookedAt } from "./looked-at.ts";
import { judgeNumberLabels } from "./numbers.ts";
import { judgePipeline, tellPipeline } from "./pipeline.ts";
import type { Verdict } from "./schema.ts";
import { judgeNearTwins, judgeTwins, tellNearTwins, tellTwins } from "./twins.ts";

/** Judge a test from its trials. */
export function judge(trials: readonly TrialResult[], context: VerdictContext): Verdict {
  const kind = (nominal: number): TrialResult[] =>
    trials.filter(({ inputs, labels }) => inputs === "true" && labels.nominal === nominal);
  const [onTrue, onRandom] = [kind(0), kind(1)];
  const found = context.copies && { ...context.copies, testCount: sum(context.testCounts) };
  const copies = found && {
    ...found,
    testByClass: [...found.testByClass],
    testWorthByClass: found.testWorthByClass && [...found.testWorthByClass],
  };
  const leak = (context.tellsNumbers ? judgeNumberLabels : judgeLabels)(onRandom, context);
  const twins = judgeTwins(onRandom, context);
  const nearTwins = judgeNearTwins(onRandom, context);
  const pipeline = context.pipeline && judgePipeline(context.pipeline);
  const answers = {
    capacity: judgeCapacity(onRandom, onTrue, context),
    learning: judgeLearning(onTrue, onRandom, leak, context, pipeline),
    leak,
    ...(pipeline && { pipeline }),
    copies,
    ...(twins && { twins }),
    ...(nearTwins && { nearTwins }),
    budget: context.budget ?? null,
    ...lookAt({ leak, copies, pipeline, nearTwins }, context),
  };
  return { ...answers, text: tellVerdict(answers).join(" ") };
}

/** The verdict, a paragraph an answer. */
export function tellVerdict({
  capacity,
  learning,
  leak,
  pipeline,
  copies,
  twins,
  nearTwins,
  budget,
  lookedAt,
  notLookedAt,
}: Omit<Verdict, "text">): string[] {
  const paragraph = (text: string, reasons: readonly string[], next?: string): string =>
    `${text}: ${reasons.join("; ")}.${next ? ` Next: ${next}.` : ""}`;
  return [
    paragraph(CAPACITY[capacity.answer], capacity.reasons, capacity.next),
    paragraph(LEARNING[learning.answer], learning.reasons, learning.next),
    paragraph(tellLabelCheck(leak.suspected), leak.reasons, leak.suspected === false ? undefined : leak.next),
    ...(pipeline ? [paragraph(tellPipeline(pipeline.suspected), pipeline.reasons, pipeline.next)] : []),
    ...(copies ? [tellCopies(copies)] : []),
    ...(twins ? [tellTwins(twins)] : []),
    ...(nearTwins ? tellNearTwins(nearTwins) : []),
    ...(budget ? [tellBudget(budget)] : []),
    ...tellLookedAt({ lookedAt, notLookedAt }),
  ];
}

const CAPACITY = {
  memorises: "This recipe can memorise labels that are pure chance",
  "does-not-fit": "This recipe does not fit random labels",
  inconclusive: "Whether this recipe can memorise is not decided",
};

const LEARNING = {
  learns: "On true labels it learns",
  "does-not-learn": "On true labels it does not learn",
  inconclusive: "Whether it learns from true labels is not decided",
};

/** What the label check says. */
export const tellLabelCheck = (suspected: boolean | null): string =>
  suspected === null
    ? "The label check could not be made"
    : suspected
      ? "Label alarm, networks that saw only random labels know the true ones"
      : "Label check passed";

/** What was spent of what was allowed, and what the next step would cost. */
function tellBudget({ asked, steps, used, lacking, secondsPerStep }: NonNullable<Verdict["budget"]>): string {
  const spent = `Budget: ${plural(used, "step")} of ${steps.toLocaleString("en-US")} used (${asked})`;
  if (lacking === 0) return `${spent}.`;
  const minutes = secondsPerStep === null ? "" : `, about ${Math.ceil((lacking * secondsPerStep) / 60)} min`;
  return `${spent}; the next try would take up to ${plural(lacking, "step")} more${minutes}, and is left undone.`;
}

/** How many test examples stand in training, or repeat others, in a sentence each. */
export function tellCopies({
  test,
  testOtherLabel,
  testRepeats = 0,
  testCount,
}: Copies & { readonly testCount: number }): string {
  const other =
    testOtherLabel > 0 ? `, ${testOtherLabel.toLocaleString("en-US")} of them under another label` : "";
  const part = test === testCount ? "the test accuracy is" : "a part of the test accuracy may be";
  const stand =
    test === 0
      ? "Copies: no test example has exactly the inputs of a training example."
      : `Copies: ${plural(test, "test example")} of ${testCount.toLocaleString("en-US")} (${percent(test / testCount)}) ${test === 1 ? "has" : "have"} exactly the inputs of a training example${other}, so ${part} memory.`;
  if (testRepeats === 0) return stand;
  return `${stand} ${plural(testRepeats, "test example")} ${testRepeats === 1 ? "repeats another" : "repeat others"}.`;
}
