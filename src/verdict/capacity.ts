/**
 * @file Capacity: can the recipe memorize labels that are pure chance?
 */

import { percent } from "../base/percent.ts";
import { incompleteBeta, meanOf } from "../base/statistics.ts";
import type { TrialResult } from "../run/trial-record.ts";
import { commonestShare, mayDecide, occurring, plural, sum, type VerdictContext } from "./context.ts";
import {
  attemptsBySeed,
  bestAttempt,
  FIT_ALL,
  hasEnded,
  isMemorized,
  MEMORIZED_R2,
  memorizedFrom,
  nextRung,
  unrest,
} from "./escalation.ts";
import { type Judgment, undecided } from "./judgment.ts";
import type { Verdict } from "./schema.ts";
import { EPOCH_LIMITS, estimateOf } from "./summary.ts";
import { scoreLimits, scoreName, scoreText } from "./words.ts";

/** Chance of guessing at least so many labels right that is too small to matter. */
const LUCK = 0.001;

type Capacity = Verdict["capacity"];
type Said = Judgment<Capacity["answer"]>;

/** Training accuracy from which the random labels of a test count as memorized. */
export function memorizedBound({ trainCounts, labels, tellsNumbers }: VerdictContext): number {
  if (tellsNumbers) return MEMORIZED_R2;
  const classes = occurring(trainCounts).length;
  return memorizedFrom(labels === "permute" ? commonestShare(trainCounts) : 1 / classes, classes);
}

/** The same for true labels: they are as unequal as permuted ones, and guessing the commonest class fits none. */
export const fittedBound = (context: VerdictContext): number =>
  memorizedBound({ ...context, labels: "permute" });

/**
 * Fewest examples of which it is no luck to know a share: one guess for all, and of `classes` equally likely
 * labels, is right so often once in a thousand at most (binomial tail, a union over the guesses).
 */
export function fewestExamples(classes: number, bound: number): number {
  for (let n = 1; ; n++) {
    const hits = Math.ceil(bound * n);
    if (classes * incompleteBeta(1 / classes, hits, n - hits + 1) < LUCK) return n;
  }
}

/**
 * The same for numbers: one answer that has nothing to do with them is so close to a multiple of them, whose squared correlation
 * follows a beta distribution.
 */
export function fewestNumbers(bound: number): number {
  for (let n = 4; ; n++) if (1 - incompleteBeta(bound, 0.5, (n - 2) / 2) < LUCK) return n;
}

/** The attempts of each seed, and the one it is judged by: the first that memorized, else the best. */
interface Judged {
  readonly onRandom: readonly TrialResult[];
  readonly attempts: readonly (readonly TrialResult[])[];
  readonly best: readonly TrialResult[];
  readonly memorized: readonly TrialResult[];
  /** Training accuracy from which labels count as memorized. */
  readonly bound: number;
}

/** Judge from the trials on true inputs with random labels, and with true ones for comparison. */
export function judgeCapacity(
  onRandom: readonly TrialResult[],
  onTrue: readonly TrialResult[],
  context: VerdictContext,
): Capacity {
  const bound = memorizedBound(context);
  const attempts = attemptsBySeed(onRandom);
  const best = attempts.map(
    (tried) => tried.find((trial) => isMemorized(trial, bound)) ?? bestAttempt(tried),
  );
  const memorized = best.filter((trial) => isMemorized(trial, bound));
  const judged = { onRandom, attempts, best, memorized, bound };
  const pace = slowdown(onRandom, onTrue, bound);
  const { answer, reasons, next } =
    obstacleOf(judged, context) ??
    (memorized.length > 0 ? tellMemorized(judged, pace, context) : tellUnfitted(judged, context));
  const missing = missingSeeds(onRandom);
  return {
    answer,
    trainAccuracy: estimateOf(
      best.map((trial) => trial.trainAccuracy),
      scoreLimits(context.tellsNumbers),
    ),
    epochsToFit: estimateOf(
      memorized.map((trial) => trial.epochsToFit),
      EPOCH_LIMITS,
    ),
    slowdown: pace?.ratio ?? null,
    slowdownSeeds: pace?.seeds ?? 0,
    bound,
    reasons: missing === null ? [...reasons] : [...reasons, missing],
    next,
  };
}

/** What keeps trials from being judged. */
function obstacleOf(
  { onRandom, best, bound }: Judged,
  { trainCounts, tellsNumbers, groups }: VerdictContext,
): Said | undefined {
  if (onRandom.length === 0) return undecided("add 1 to `--corrupt`", "nothing was trained on random labels");
  if (best.length === 0) {
    return undecided("see the trials' errors", "no trial with random labels came to its end");
  }
  const classes = occurring(trainCounts).length;
  if (classes < 2 && !tellsNumbers)
    return undecided("use data of two classes or more", "with one class no label is random");
  const count = groups?.train ?? sum(trainCounts);
  const fewest = tellsNumbers ? fewestNumbers(bound) : fewestExamples(classes, bound);
  if (count >= fewest) return undefined;
  return undecided(
    `train on ${fewest} ${groups ? "groups" : "examples"} or more`,
    `${plural(count, groups ? "training group" : "training example")} can be guessed by luck, so fitting them says nothing`,
  );
}

/** What is said where some seeds memorized, or all. */
function tellMemorized({ best, memorized }: Judged, pace: Pace | null, context: VerdictContext): Said {
  const seeds = plural(best.length, "seed");
  if (memorized.length < best.length) {
    const epochs = 2 * Math.max(...best.map(({ epochsAllowed }) => epochsAllowed));
    return undecided(
      mayDecide(context, { next: `--epochs ${epochs}`, isLonger: true }),
      `${memorized.length} of ${seeds} memorise the random labels, the others do not`,
    );
  }
  const score = scoreName(context);
  const slower =
    pace &&
    `that takes ${pace.ratio.toFixed(1)} times as many epochs as true labels (${plural(pace.seeds, "seed")} that fitted both)`;
  return {
    answer: "memorises",
    reasons: [
      `${reachedBy(best, context)} ${effortOf(best)} (${seeds})`,
      ...(slower ? [slower] : []),
      `so a high training ${score} of this recipe says nothing about what it has learned; held-out ${score} does`,
    ],
    next: "`--corrupt 0,0.2,0.4,0.6,0.8,1` shows what wrong labels cost it",
  };
}

/** What is said where no seed memorized: why not, as far as it is known. */
function tellUnfitted(judged: Judged, context: VerdictContext): Said {
  const { onRandom, attempts, best } = judged;
  const notFitted = `only ${reachedBy(best, context)} ${effortOf(attempts.flat())}`;
  const cause = lostFit(judged) ?? equalInputs(judged, context) ?? untried(judged, context);
  if (cause) return { ...cause, reasons: [notFitted, ...cause.reasons] };
  const restless = attempts.map((tried) => unrest(tried)).find((found) => found !== undefined);
  if (restless) return undecided(mayDecide(context, restless), notFitted, restless.why);
  const isFaster = ({ learningRate }: TrialResult): boolean => learningRate > best[0]!.learningRate;
  const tried = onRandom.some(isFaster) ? "longer training or a larger learning rate" : "longer training";
  return {
    answer: "does-not-fit",
    reasons: [
      notFitted,
      `${tried} no longer raised it`,
      `so what it fits is bounded by its size or its regularizers, and its training ${scoreName(context)} says something`,
    ],
    next: "a larger `--model`, or `--weight-decay 0 --dropout 0`, shows which of the two it is",
  };
}

/** A fit that was met below what counts as memorized, or lost again. */
function lostFit({ best, bound }: Judged): Said | undefined {
  const lost = best.find(({ epochsToFit }) => epochsToFit !== null);
  if (!lost) return undefined;
  if (lost.epochsToFit === lost.epochs) {
    const why = `what was asked to count as fitted ended training early, below ${percent(bound)}`;
    return undecided(`\`${FIT_ALL}\` trains on`, why);
  }
  return undecided(
    "lower the learning rate (`--lr`) or leave `--no-stop-when-fit` out",
    `a fit at epoch ${lost.epochsToFit} was lost again, or asked for less than ${percent(bound)}`,
  );
}

/** Equal inputs that cannot be given different labels. */
function equalInputs({ bound }: Judged, context: VerdictContext): Said | undefined {
  if (attainableAccuracy(context) >= bound) return undefined;
  const { trainCounts, copies } = context;
  const repeated = copies?.train ?? 0;
  const fewest = context.tellsNumbers
    ? fewestNumbers(bound)
    : fewestExamples(occurring(trainCounts).length, bound);
  const isLittleLeft = sum(trainCounts) - repeated < fewest;
  return undecided(
    isLittleLeft
      ? "look at the inputs with `shatter data show`: almost all of them are equal"
      : "remove the repeated training inputs",
    `${plural(repeated, "training input")} ${repeated === 1 ? "repeats an earlier one" : "repeat earlier ones"}, and equal inputs cannot be given different labels`,
  );
}

/** Attempts that were allowed and not made. */
function untried({ onRandom, attempts }: Judged, { escalations, budget }: VerdictContext): Said | undefined {
  if (!attempts.some((tried) => nextRung(tried, Math.max(1, escalations)))) return undefined;
  if (onRandom.some((trial) => trial.escalation > 0 && !hasEnded(trial))) {
    return undecided("see the trials' errors", "longer training failed");
  }
  const next =
    budget && budget.lacking > 0
      ? "a larger `--budget` lets it try"
      : `\`--escalations ${Math.max(3, escalations)}\` tries more epochs and another learning rate`;
  return undecided(next, "longer training was not tried to its end");
}

function reachedBy(best: readonly TrialResult[], context: VerdictContext): string {
  const reached = scoreText(context)(meanOf(best.map((trial) => trial.trainAccuracy ?? 0)));
  return context.tellsNumbers
    ? `an R² of ${reached} is reached on the permuted training targets`
    : `${reached} of the random training labels are right`;
}

/** Seeds that were planned and did not come to their end. */
export function missingSeeds(trials: readonly TrialResult[]): string | null {
  const ended = new Set(trials.filter(hasEnded).map(({ seed }) => seed));
  const missing = trials.filter(({ seed }) => !ended.has(seed));
  if (ended.size === 0 || missing.length === 0) return null;
  const told = [...Map.groupBy(missing, ({ status }) => status)].map(
    ([status, group]) => `${group.length} ${status}`,
  );
  const all = ended.size + new Set(missing.map(({ seed }) => seed)).size;
  return `${plural(ended.size, "seed")} of ${all} came to the end (${told.join(", ")})`;
}

/** How long training was, at which rates. */
function effortOf(judged: readonly TrialResult[]): string {
  const epochs = Math.max(...judged.map((trial) => trial.epochs));
  const rates = [...new Set(judged.map(({ learningRate }) => Number(learningRate.toPrecision(2))))];
  const escalated = judged.some(({ escalation }) => escalation > 0);
  const at = ` at learning rate ${rates.join(" and ")}`;
  return `within ${plural(epochs, "epoch")}${escalated ? at : ""}`;
}

/** Epochs to fit random labels over those to fit true ones, and over how many seeds. */
interface Pace {
  readonly ratio: number;
  readonly seeds: number;
}

/**
 * How many times as many epochs random labels take as true ones, for seeds that fitted both by the recipe as it
 * was asked for; escalated trials have another schedule and are not compared.
 */
function slowdown(
  onRandom: readonly TrialResult[],
  onTrue: readonly TrialResult[],
  bound: number,
): Pace | null {
  const epochsOf = (trials: readonly TrialResult[]): Map<number, number> =>
    new Map(
      trials
        .filter((trial) => trial.escalation === 0 && isMemorized(trial, bound))
        .flatMap(({ seed, epochsToFit }) => (epochsToFit === null ? [] : [[seed, epochsToFit] as const])),
    );
  const random = epochsOf(onRandom);
  const pairs = [...epochsOf(onTrue)].flatMap(([seed, epochs]) => {
    const other = random.get(seed);
    return other === undefined ? [] : [[epochs, other] as const];
  });
  if (pairs.length === 0) return null;
  const mean = (at: 0 | 1): number => meanOf(pairs.map((pair) => pair[at]));
  return { ratio: mean(1) / mean(0), seeds: pairs.length };
}

/** The training accuracy that random labels allow at most, as equal inputs get equal answers; about. */
function attainableAccuracy({ copies, trainCounts, tellsNumbers }: VerdictContext): number {
  const repeated = (copies?.train ?? 0) / sum(trainCounts);
  // Of m different numbers for one input their mean explains one m-th of the variance.
  if (tellsNumbers) return 1 - repeated;
  return 1 - repeated * (1 - 1 / occurring(trainCounts).length);
}
