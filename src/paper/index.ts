/**
 * @file All experiments of the paper, in its order.
 */

import { UsageError } from "../base/errors.ts";
import { unknownName } from "../base/suggest.ts";
import type { Experiment } from "./experiment.ts";
import { figure1a } from "./figure-1a.ts";
import { figure1b } from "./figure-1b.ts";
import { figure1c } from "./figure-1c.ts";
import { figure2a } from "./figure-2a.ts";
import { figure2b } from "./figure-2b.ts";
import { table1 } from "./table-1.ts";
import { table2 } from "./table-2.ts";
import { table4 } from "./table-4.ts";

export const experiments: readonly Experiment[] = [
  figure1a,
  figure1b,
  figure1c,
  table1,
  table2,
  figure2a,
  figure2b,
  table4,
];

/**
 * Find an experiment by name.
 *
 * @throws UsageError if there is none, with the name that was probably meant.
 */
export function findExperiment(name: string): Experiment {
  const found = experiments.find((experiment) => experiment.name === name);
  if (found) return found;
  throw new UsageError(
    unknownName(
      "experiment",
      name,
      experiments.map((experiment) => experiment.name),
    ),
  );
}
