/**
 * @file A table of texts, as the report writes it.
 */

import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { Grid } from "../../report/grid/grid.ts";
import { htmlGrid } from "../../report/grid/html.ts";
import { textOf } from "../../report/html/escape.ts";
import { Written } from "./markup.tsx";

/** A table. */
export function GridTable({ grid }: { readonly grid: Grid }): JSX.Element {
  const text = useMemo(() => textOf(htmlGrid(grid)), [grid]);
  return <Written name="grid-box" text={text} />;
}
