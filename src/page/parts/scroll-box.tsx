/**
 * @file A box that scrolls by itself, so that the page does not, and that the keyboard reaches.
 */

import type { ComponentChildren, JSX } from "preact";

/** The box; it is named for people who do not see that it scrolls. */
export const ScrollBox = ({
  name,
  children,
}: {
  readonly name: string;
  readonly children: ComponentChildren;
}): JSX.Element => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls what it can reach.
  <section class="scroll" aria-label={name} tabIndex={0}>
    {children}
  </section>
);
