/**
 * @file Controls that are folded away where the window is narrow.
 */

import type { ComponentChildren, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

/** As in `style.css`. */
const NARROW = matchMedia("(max-width: 46rem)");

/** Whether the window is as narrow as a phone. */
export function useIsNarrow(): boolean {
  const [isNarrow, setNarrow] = useState(NARROW.matches);
  useEffect(() => {
    const listener = ({ matches }: MediaQueryListEvent): void => setNarrow(matches);
    NARROW.addEventListener("change", listener);
    return () => NARROW.removeEventListener("change", listener);
  }, []);
  return isNarrow;
}

/** What is folded away on a phone, under its title. */
export function Fold({
  title,
  children,
}: {
  readonly title: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  const isNarrow = useIsNarrow();
  if (!isNarrow) return <>{children}</>;
  return (
    <details class="fold">
      <summary>{title}</summary>
      {children}
    </details>
  );
}
