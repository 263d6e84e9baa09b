/**
 * @file Names and values in pairs.
 */

import type { ComponentChildren, JSX } from "preact";

/** A name and what it is; null leaves the pair out. */
export type Fact = readonly [name: string, value: ComponentChildren | null];

/** Pairs, one below the other, or side by side in a strip. */
export const Facts = ({
  facts,
  isStrip = false,
}: {
  readonly facts: readonly Fact[];
  readonly isStrip?: boolean;
}): JSX.Element => (
  <dl class={isStrip ? "strip" : "facts"}>
    {facts
      .filter(([, value]) => value !== null)
      .map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
  </dl>
);
