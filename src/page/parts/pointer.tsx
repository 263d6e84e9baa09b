/**
 * @file The values below a pointer that is over a chart, and the stretch it is dragged over.
 *
 * The chart says by `data-reach` where its axes are (`report/chart/frame.ts`). People who do not point read the numbers in
 * the table below it.
 */

import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import type { CurveFigure, Panel } from "../../report/chart/figure.ts";
import type { Reach } from "../../report/chart/frame.ts";
import { inkOf } from "../../report/chart/looks.ts";
import { formatMeasured, formatSet, isShare } from "../../report/units.ts";

/** A place in a chart; lengths are in pixels of the page, from the chart's corner. */
interface Pointed {
  readonly panel: Panel;
  readonly value: number;
  readonly at: number;
  readonly top: number;
  readonly height: number;
  /** Of the chart. */
  readonly width: number;
}

/** Pixels that a pointer moves when it drags, and does not only tremble. */
const DRAG = 8;
/** Lines whose values are told. */
const MOST = 8;

/** The panel and the value at a point of the window. */
function placeOf(layer: Element, figure: CurveFigure, clientX: number, clientY: number): Pointed | null {
  const svg = layer.parentElement!.querySelector("svg");
  if (!svg) return null;
  const box = svg.getBoundingClientRect();
  const zoom = box.width / svg.viewBox.baseVal.width;
  const [x, y] = [(clientX - box.left) / zoom, (clientY - box.top) / zoom];
  for (const [index, group] of [...svg.querySelectorAll<SVGElement>("g[data-reach]")].entries()) {
    const { low, high, left, right, at } = JSON.parse(group.dataset["reach"]!) as Reach & { at: number[] };
    const [across, down, width, height] = at as [number, number, number, number];
    const panel = figure.panels[index];
    if (!panel || x < across || x > across + width || y < down || y > down + height) continue;
    const share = Math.min(1, Math.max(0, (x - across - left) / (right - left)));
    return {
      panel,
      value: low + share * (high - low),
      at: zoom * (across + left + share * (right - left)),
      top: zoom * down,
      height: zoom * height,
      width: box.width,
    };
  }
  return null;
}

/** What a panel's lines are worth nearest to a place, the highest first. */
function valuesAt({ curves }: Panel, value: number) {
  const places = curves.flatMap(({ ours }) => ours.filter(({ y }) => y !== null).map(({ x }) => x));
  if (places.length === 0) return null;
  const x = places.reduce((best, one) => (Math.abs(one - value) < Math.abs(best - value) ? one : best));
  const lines = curves.flatMap(({ label, marking, ours }) => {
    const point = ours.find((one) => one.x === x && one.y !== null);
    return point ? [{ label, color: inkOf(marking.color, "page"), point }] : [];
  });
  return { x, lines: lines.sort((a, b) => b.point.y! - a.point.y!) };
}

/** The layer above a chart that a pointer moves over. */
export function Pointer({
  figure,
  onRange,
}: {
  readonly figure: CurveFigure;
  readonly onRange?: ((range: readonly [low: number, high: number]) => void) | undefined;
}): JSX.Element {
  const layer = useRef<HTMLDivElement>(null);
  const [pointed, setPointed] = useState<Pointed | null>(null);
  const [start, setStart] = useState<Pointed | null>(null);
  /** A click keeps the values until the next one. */
  const [isKept, setKept] = useState(false);
  const find = ({ clientX, clientY }: PointerEvent): Pointed | null =>
    placeOf(layer.current!, figure, clientX, clientY);
  const end = (event: PointerEvent): void => {
    const here = find(event);
    setStart(null);
    if (!start || !here || Math.abs(here.at - start.at) < DRAG) {
      setKept(!isKept && event.pointerType === "mouse");
      setPointed(here);
    } else if (onRange && here.panel === start.panel) {
      onRange(here.value < start.value ? [here.value, start.value] : [start.value, here.value]);
      setPointed(null);
    }
  };
  const isDragged = start && pointed && onRange && start.panel === pointed.panel;
  return (
    <div
      ref={layer}
      class="pointer"
      aria-hidden="true"
      onPointerDown={(event) => event.pointerType === "mouse" && setStart(find(event))}
      onPointerUp={end}
      onPointerMove={(event) => (!isKept || start) && setPointed(find(event))}
      onPointerLeave={() => {
        setStart(null);
        if (!isKept) setPointed(null);
      }}
    >
      {isDragged && (
        <div
          class="stretch"
          style={{
            left: `${Math.min(start.at, pointed.at)}px`,
            width: `${Math.abs(start.at - pointed.at)}px`,
            top: `${pointed.top}px`,
            height: `${pointed.height}px`,
          }}
        />
      )}
      {pointed && !isDragged && <Readout pointed={pointed} />}
    </div>
  );
}

function Readout({
  pointed: { panel, value, at, top, height, width },
}: {
  readonly pointed: Pointed;
}): JSX.Element | null {
  const found = valuesAt(panel, value);
  if (!found) return null;
  const { x, y } = panel;
  const told = found.lines.slice(0, MOST);
  const isLeft = at > width / 2;
  return (
    <>
      <div class="rule" style={{ left: `${at}px`, top: `${top}px`, height: `${height}px` }} />
      <div
        class="readout"
        style={{
          top: `${top + 8}px`,
          ...(isLeft ? { right: `calc(100% - ${at - 10}px)` } : { left: `${at + 10}px` }),
        }}
      >
        <p>
          {x.label} {formatSet(found.x, x.unit)}
        </p>
        <ul>
          {told.map(({ label, color, point }) => (
            <li key={label} style={{ "--tone": color }}>
              <strong>
                {formatMeasured({ ...point, value: point.y, n: 1 }, y.unit)}
                {isShare(y.unit) ? " %" : ""}
              </strong>{" "}
              {label}
            </li>
          ))}
          {found.lines.length > told.length && <li>and {found.lines.length - told.length} more</li>}
        </ul>
      </div>
    </>
  );
}
