/**
 * @file The width of a place in the page.
 */

import { useEffect, useRef, useState } from "preact/hooks";

/**
 * A place, and its width in pixels; 0 until it is known.
 *
 * @param step - Widths are rounded down to multiples of it: a chart is not drawn anew for every pixel of a window.
 */
export function useWidth(step: number): readonly [{ current: HTMLDivElement | null }, number] {
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      const here = Math.floor((entry?.contentRect.width ?? 0) / step) * step;
      if (here > 0) setWidth(here);
    });
    observer.observe(place.current!);
    return () => observer.disconnect();
  }, [step]);
  return [place, width];
}
