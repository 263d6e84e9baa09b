/**
 * @file Figure 1a: learning curves of one model on true and on randomized data.
 */

import type { InputsName } from "../../data/randomize.ts";
import type { Experiment } from "./experiment.ts";
import { conditionAt } from "./scales.ts";

/** One curve of the figure. */
interface Curve {
  readonly title: string;
  readonly inputs: InputsName;
  readonly corrupt: number;
}

/** The five curves, in the paper's order. */
const curves: readonly Curve[] = [
  { title: "true labels", inputs: "true", corrupt: 0 },
  { title: "random labels", inputs: "true", corrupt: 1 },
  { title: "shuffled pixels", inputs: "shuffled", corrupt: 0 },
  { title: "random pixels", inputs: "random", corrupt: 0 },
  { title: "gaussian", inputs: "gaussian", corrupt: 0 },
];

export const figure1a: Experiment = {
  name: "figure-1a",
  title: "Learning curves on true and randomized data",
  source: "Zhang et al., ICLR 2017, Figure 1a",
  models: ["inception"],
  anyModel: true,
  conditions: (setting, model) =>
    curves.map(({ inputs, corrupt }) => conditionAt(setting, model, { inputs, corrupt })),
};
