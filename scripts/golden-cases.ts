/**
 * @file Prints the cases that PyTorch is asked about, as JSON, for `scripts/golden.py`.
 */

import { sha256 } from "../src/base/json.ts";
import { initializations } from "../src/nn/initialize.ts";
import { rotationCases, titleOf } from "../test/data/rotations.ts";
import { buildCase, cases, nameOf } from "../test/graph/cases.ts";
import { stepCases } from "../test/train/cases.ts";
import { networkCases, networkQuestion } from "../test/train/networks.ts";

/** The first digits of a case's hash: a golden of another case is noticed. */
export const hashOf = async (given: unknown): Promise<string> =>
  (await sha256(JSON.stringify(given))).slice(0, 12);

/** An operation's case with its numbers. */
export function operationQuestion(given: (typeof cases)[number]) {
  const { y, operands, feeds } = buildCase(given);
  return {
    operation: given.operation,
    attributes: given.attributes,
    operands: operands.map(({ name, shape, type }) => ({ shape, type, data: feeds[name]! })),
    weights: { shape: y.shape, data: feeds.weights! },
  };
}

if (import.meta.main) {
  const operations = await Promise.all(
    cases.map(operationQuestion).map(async (question, index) => ({
      name: nameOf(cases[index]!),
      hash: await hashOf(question),
      ...question,
    })),
  );
  const steps = await Promise.all(stepCases.map(async (given) => ({ hash: await hashOf(given), ...given })));
  const rotations = await Promise.all(
    rotationCases.map(async (given) => ({ title: titleOf(given), hash: await hashOf(given), ...given })),
  );
  const networks = await Promise.all(
    networkCases()
      .map(networkQuestion)
      .map(async (question) => ({ hash: await hashOf(question), ...question })),
  );
  process.stdout.write(JSON.stringify({ operations, steps, networks, initializations, rotations }));
}
