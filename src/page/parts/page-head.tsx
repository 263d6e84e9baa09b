/**
 * @file The head of a page: its title, in the window's title too, and what stands beside it.
 */

import type { ComponentChildren, JSX } from "preact";
import { useEffect } from "preact/hooks";
import { keepPercent } from "../words.ts";

/** The head of a page. */
export function PageHead({
  title,
  over,
  under,
  actions,
}: {
  readonly title: string;
  /** Small, above. */
  readonly over?: ComponentChildren;
  /** A sentence, below. */
  readonly under?: ComponentChildren;
  readonly actions?: ComponentChildren;
}): JSX.Element {
  useEffect(() => {
    document.title = `${title} · Shatter`;
  }, [title]);
  return (
    <header class="head">
      <div>
        {over && <p class="over">{over}</p>}
        <h1>{keepPercent(title)}</h1>
        {under && <p class="under">{typeof under === "string" ? keepPercent(under) : under}</p>}
      </div>
      {actions && <div class="actions">{actions}</div>}
    </header>
  );
}
