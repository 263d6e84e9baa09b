/**
 * @file What a model is: a name, and a function from examples to logits.
 */

import { UsageError } from "../base/errors.ts";
import { type Shape, showShape, type Value } from "../graph/value.ts";
import type { Initialization } from "./initialize.ts";
import type { Scope } from "./scope.ts";

/** A network: how examples become logits. */
export interface Model {
  readonly name: string;
  /** What it is, in a line. */
  readonly title: string;
  /** Where it is described. */
  readonly source: string;
  /** The only examples and number of classes that it takes; any that suit it unless told. */
  readonly takes?: { readonly example: Shape; readonly classes: number };
  /** Examples and number of classes by which it is described; those of the paper's small models unless told. */
  readonly usual?: { readonly example: Shape; readonly classes: number };
  /** How its parameters start unless told; `he-normal` where it does not say. */
  readonly initialization?: Initialization;
  /** Its own bytes, and the identity that specs name it by, where it is of a file; it is written down otherwise. */
  readonly content?: { readonly identity: string; readonly bytes: Uint8Array };
  /**
   * `[batch, ...example] -> [batch, classes]`.
   *
   * @throws UsageError if the model cannot take such examples.
   */
  logits(x: Value, classes: number, scope: Scope): Value;
}

/** The paper, where it lists its small models. */
export const PAPER = "Zhang et al., ICLR 2017, section 2";

/** The examples and number of classes by which a model is described: those that it takes alone, or else its usual ones. */
export const describedBy = ({ takes, usual }: Model): NonNullable<Model["usual"]> =>
  takes ?? usual ?? { example: [3, 28, 28], classes: 10 };

/**
 * Refuse examples that are no images.
 *
 * @throws UsageError naming the model and the shape of the examples.
 */
export function requireImages(model: string, x: Value): void {
  if (x.shape.length === 4) return;
  const example = showShape(x.shape.slice(1));
  throw new UsageError(
    `model "${model}": expected images [channels, height, width], got examples ${example}; take linear or an MLP, such as mlp-1x512`,
  );
}
