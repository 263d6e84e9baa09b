/**
 * @file The parts of a test's page that say what was done: recipe, data, conformance, and how to read it all.
 */

import { describeBalance } from "../../audit/balance.ts";
import { formatShare } from "../../base/percent.ts";
import { tellFinding } from "../../import/finding.ts";
import { readSettings } from "../../import/settings.ts";
import type { TestResult } from "../../paper/test-result.ts";
import { tellCopies } from "../../verdict/verdict.ts";
import { formatCount, formatNoun, formatNumber, formatPercent } from "../format.ts";
import { htmlList } from "../grid/html.ts";
import { listGrid } from "../grid/list-grid.ts";
import { html, type Insert, type Markup } from "../html/escape.ts";
import { citation, type Fact, factList, foldedPart, withCode } from "../html/parts.ts";
import { tellExamples } from "./about.ts";

/** What weights start as. */
function tellStart({ file }: TestResult["model"], initialization: string): string {
  const start = file && readSettings(file.identity.split("?")[1] ?? "").start;
  if (start === "keep") return "the weights of the model file";
  if (start === "permute") return "the weights of the model file, shuffled within each tensor";
  return initialization;
}

/** What the check of a model file found; nothing for a model that comes with Shatter. */
export const modelFilePart = ({ model: { name, file } }: TestResult): Insert =>
  file &&
  file.findings.length > 0 &&
  html`<section><h2>The model file ${name}</h2>
<ul>${file.findings.map((finding) => html`<li>${withCode(tellFinding(finding))}</li>`)}</ul>
</section>`;

/** The recipe, the data and the model. */
export function recipePart({ recipe, dataset, model }: TestResult): Markup {
  const { fit, clipNorm = 0, labelSmoothing = 0 } = recipe;
  const facts: Fact[] = [
    ["Model", `${model.name}, ${formatNoun(model.parameters, "parameter")}`],
    ...(model.file ? [["Model file", html`<code>${model.file.identity}</code>`] satisfies Fact] : []),
    [
      "Dataset",
      `${dataset.name}, ${tellExamples(dataset)}${dataset.groups ? "; no group is in both, and labels are permuted by groups" : ""}`,
    ],
    [
      "Example",
      `${dataset.shape.join(" × ")} as the network sees it, ${dataset.target ? "a number to be told" : formatNoun(dataset.classes, "class").replace("classs", "classes")}`,
    ],
    ...targetFacts(dataset),
    ["Optimizer", describeOptimizer(recipe)],
    ["Learning rate", describeRate(recipe)],
    ["Batch", describeBatch(recipe)],
    ["Weight decay", describeDecay(recipe)],
    [
      "Gradients",
      clipNorm > 0 ? `scaled down to a norm of ${formatNumber(clipNorm)} where theirs is larger` : null,
    ],
    [
      "Label smoothing",
      labelSmoothing > 0 ? `${formatNumber(labelSmoothing)} in training; evaluation is without it` : null,
    ],
    ["Dropout", formatNumber(recipe.dropout)],
    ["Initialization", tellStart(model, recipe.initialization)],
    ["Preprocessing", recipe.preprocess],
    ["Augmentation", describeAugmentation(recipe.augment)],
    ["Epochs", `${formatCount(recipe.epochs)} at most`],
    ["Fitted means", `${describeFit(dataset, fit)}${fit.stop ? "; training then ends" : ""}`],
    ["Measured", describeEvaluation(recipe.evaluate)],
  ];
  return foldedPart(
    "Recipe, data and model",
    html`${factList(facts)}
<h3>As it was given</h3>
<pre tabindex="0">${JSON.stringify(recipe, null, 2)}</pre>`,
  );
}

type Asked = TestResult["recipe"];

/** The number to be told, and how networks are taught it. */
function targetFacts({ target }: TestResult["dataset"]): Fact[] {
  if (!target) return [];
  const { name, mean, deviation } = target;
  return [
    [
      "Target",
      `${name}: mean ${formatNumber(mean)}, standard deviation ${formatNumber(deviation)} in training; networks are taught its distance from that mean in these deviations, and their loss is the square of what they are off by`,
    ],
  ];
}

const describeFit = ({ target }: TestResult["dataset"], fit: Asked["fit"]): string =>
  target
    ? `a training loss below ${fit.loss} squared deviations, which is a training R² above ${formatNumber(1 - fit.loss)}`
    : `train accuracy of ${formatShare(fit.accuracy)}, or a training loss below ${fit.loss} nats`;

function describeOptimizer({ optimizer, momentum, nesterov }: Asked): string {
  if (optimizer === "rmsprop") return `RMSProp (decay 0.9, epsilon 1), momentum ${momentum}`;
  if (optimizer !== "sgd") return optimizer === "adam" ? "Adam" : "AdamW";
  return momentum > 0 ? `SGD, momentum ${momentum}${nesterov ? " (Nesterov's)" : ""}` : "SGD";
}

/** The learning rate, and how it rises and falls. */
function describeRate(recipe: Asked): string {
  const { learningRate, learningRateDecay: decay, learningRateDecayEvery: every } = recipe;
  const { learningRateFloor: floor = 0, learningRateWarmup: warmup = 0 } = recipe;
  const lowest = formatNumber(floor * learningRate);
  const falls =
    decay === "cosine"
      ? [`falling to ${lowest} by half a cosine over all epochs allowed`]
      : decay < 1
        ? [
            `times ${decay} every ${every === "epoch" ? "epoch" : formatNoun(every, "step")}`,
            ...(floor > 0 ? [`not below ${lowest}`] : []),
          ]
        : [];
  const rises = warmup > 0 ? [`risen to over the first ${formatNoun(warmup, "step")}`] : [];
  return [`${learningRate}`, ...rises, ...falls].join(", ");
}

const describeBatch = ({ batch, lastBatch, accumulate: parts = 1 }: Asked): string =>
  batch === "all"
    ? "all examples: a step is an epoch"
    : `${formatNoun(batch, "example")}${parts > 1 ? ` in ${parts} parts` : ""}; an incomplete last batch is ${lastBatch === "keep" ? "trained on" : "left out"}`;

const describeDecay = ({ optimizer, weightDecay }: Asked): string =>
  `${formatNumber(weightDecay)}${optimizer === "adamw" && weightDecay > 0 ? ", of the weights themselves" : ""}`;

/** What happens to training images at random. */
function describeAugmentation({ crop, flip, rotation, box, color }: TestResult["recipe"]["augment"]): string {
  const changes = [
    ...(crop ? ["random windows of 28 × 28, their centre one in evaluation"] : []),
    ...(box ? ["random boxes of a tenth or more, stretched; the central 87.5 % in evaluation"] : []),
    ...(flip ? ["left and right exchanged at random"] : []),
    ...(rotation > 0 ? [`rotations up to ${rotation}° either way`] : []),
    ...(color ? ["brightness, saturation, hue and contrast"] : []),
  ];
  return changes.length === 0 ? "none" : changes.join("; ");
}

/** Whether the randomizations are what they say, failures first. */
export function conformancePart({ conformance }: TestResult): Markup {
  if (conformance.length === 0) {
    return html`<h2>Conformance of the randomizations</h2>
<p class="nothing">No randomization was checked.</p>`;
  }
  const failed = conformance.filter(({ ok }) => !ok);
  const grid = listGrid(
    [...failed, ...conformance.filter(({ ok }) => ok)],
    [
      { title: "Data", unit: "text", read: (line) => line.randomization },
      { title: "Check", unit: "text", read: (line) => line.check },
      { title: "Found", unit: "number", read: (line) => line.value },
      { title: "Bound", unit: "number", read: (line) => line.bound },
      { title: "Holds", unit: "text", read: (line) => (line.ok ? "yes" : "NO") },
    ],
    { name: "checks", title: "Every check", caption: "Checks of the randomised data, before training" },
  );
  const told =
    failed.length === 0
      ? html`<p><strong class="good">All ${formatNoun(conformance.length, "check")} hold.</strong> The randomised data are what they say they are.</p>`
      : html`<p><strong class="bad">${failed.length} of ${formatNoun(conformance.length, "check")} failed.</strong> The randomised data are not what they say they are, so the verdict cannot be trusted.</p>`;
  return html`<h2>Conformance of the randomizations</h2>
${told}
<details${failed.length > 0 && html` open`}><summary>${grid.title}</summary>
${htmlList(grid)}
</details>`;
}

/** How often a trial is measured, and on what. */
function describeEvaluation({ every, test }: TestResult["recipe"]["evaluate"]): string {
  const when = every === 1 ? "after every epoch" : `after every ${every} epochs and the last`;
  return test === "all"
    ? `${when}, on all training and test examples`
    : `${when}, on the way on ${formatNoun(test, "test example")} drawn at random, at the end on all`;
}

/** What the data are like, as far as it costs nothing to see; the rest is an audit's. */
export function dataPart({ dataset, verdict: { copies, nearTwins } }: TestResult): Insert {
  const { name, classNames, counts } = dataset;
  if (!counts || !classNames) return null;
  const said = [
    ...describeBalance(classNames, counts.train, counts.test).findings,
    ...(copies ? [tellCopies(copies)] : []),
    `Not looked at: ${nearTwins ? "" : "near twins, "}columns that tell the class alone, wrong labels: \`shatter data audit ${name}\`.`,
  ];
  return html`<section><h2>The data</h2>
<ul class="notes">${said.map((sentence) => html`<li>${withCode(sentence)}</li>`)}</ul></section>`;
}

/** Which leaks would have been seen, which would not, and the checks that raised no alarm. */
export function lookedAtPart({ verdict: { lookedAt, notLookedAt } }: TestResult, others: Insert): Insert {
  if (!notLookedAt && !others) return null;
  const list = (what: readonly string[]): Markup =>
    html`<ul class="notes">${what.map((each) => html`<li>${withCode(each)}</li>`)}</ul>`;
  return html`<section><h2>What was looked at, and what was not</h2>
<div class="looked">
${
  notLookedAt &&
  html`<div class="open-list"><h3>Not looked at</h3>${list(notLookedAt)}
<p class="remark">Which leak which test can see is in the documentation, <code>docs/leaks.md</code>.</p></div>`
}
<div>${lookedAt && lookedAt.length > 0 && html`<h3>Looked at, and would have been seen</h3>${list(lookedAt)}`}
${others}</div>
</div></section>`;
}

/** What a randomization test is, in short. */
export function readingPart({ verdict, dataset }: TestResult): Markup {
  if (dataset.target) return READING_NUMBERS;
  return html`<h2>How to read this</h2>
<p>A randomization test trains the same network by the same recipe on the true data, and on copies from which the
pattern was taken: labels redrawn at random, pixels shuffled or replaced by noise. Random labels hold nothing to be
learned. A network that fits them has memorised them, one by one, and knows no more test labels than guessing does. So fitting the training data well says nothing by itself about having
learned; test accuracy above that of guessing does: of always the commonest class
(${formatPercent(verdict.learning.chance)} here), and where classes are unequal, balanced over them.</p>
<p><em>Memorises</em> is no fault: most networks of use can. It says that the size of the network does not explain why it
generalises.</p>
<p>The <em>label check</em> asks whether networks that saw only random labels know true ones. If they do, true labels
reached their training. It sees no other leak. ${
    verdict.pipeline
      ? html`The <em>pipeline check</em> ran
${verdict.pipeline.module.name} again on labels that were permuted over all rows before it, so that no test label can be known but from
what it did; its second p-value is the share of these runs that get as many test labels right as the labels as given.`
      : ""
  } Test examples with exactly the inputs of a training example are counted
apart; as many hits are not credited.</p>
<p>Whether it <em>learns</em> is judged by intervals over seeds and test examples that hold together with 95 % confidence.</p>
<p>A ± in a table is the half of a 95 % interval of the mean over seeds on these data (Student's t), which needs three
seeds; of two, both values are shown; n is their number.
“Labels changed” is the share of training labels that really differ from the true ones: a redrawn label may be the true
one.</p>
${citation}`;
}

/** The same where numbers are told. */
const READING_NUMBERS = html`<h2>How to read this</h2>
<p>The same network is trained by the same recipe on the true targets, and on targets that changed places at random
(y-scrambling; Rücker, Rücker and Meringer, 2007), or on inputs from which the pattern was taken. Permuted targets hold
nothing to be learned: a network that fits them has memorised them, one by one. So fitting the training data well says nothing
by itself about having learned.</p>
<p><em>R²</em> is the share of the targets’ variance that answers explain, one minus the mean squared error over the variance
of the same examples’ targets. Always answering their mean gets 0, another constant less, and answers that are farther off
than the mean get less than 0, as networks do that have memorised noise.</p>
<p>The <em>label check</em> asks whether networks that saw only permuted targets know true ones: whether their answers are
nearer to them than their mirror images about the mean, over all seeds. If they are, true targets reached their training. It sees
no other leak. Test examples with exactly the inputs of a training example do not count.</p>
<p>Whether it <em>learns</em> is judged by an interval of R² over seeds and test examples.</p>
<p>A ± in a table is the half of a 95 % interval of the mean over seeds on these data (Student's t), which needs three
seeds; of two, both values are shown; n is their number.</p>
${citation}`;
