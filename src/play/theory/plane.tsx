/**
 * @file A plane with axes, and points on it that are moved with a pointer or with arrow keys.
 */

import { type ComponentChildren, createContext, type JSX } from "preact";
import { useContext, useRef } from "preact/hooks";
import { useWidth } from "../../page/parts/use-width.ts";

/** One axis. */
export interface Axis {
  readonly from: number;
  readonly to: number;
  readonly label: string;
  readonly ticks: readonly number[];
  readonly tick?: (value: number) => string;
  /** Whether equal steps are equal factors. */
  readonly isLog?: boolean;
}

/** Pixels of a place on both axes, and back. */
interface Scales {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
  readonly at: (event: {
    readonly clientX: number;
    readonly clientY: number;
  }) => readonly [x: number, y: number];
  /** Pixels of the upper and the lower end. */
  readonly top: number;
  readonly bottom: number;
}

const PlaneScales = createContext<Scales | null>(null);

/** The scales of the plane around. */
export const useScales = (): Scales => useContext(PlaneScales)!;

/** A number with some decimals and a sign as people write it. */
export const fixed = (value: number, decimals: number): string => value.toFixed(decimals).replace("-", "−");

const PAD = { left: 46, right: 14, top: 12, bottom: 42 };
const STEP = 20;

const tellTick = ({ tick = String }: Axis, value: number): string => tick(value).replace("-", "−");

const share = ({ from, to, isLog }: Axis, value: number): number =>
  isLog ? Math.log(value / from) / Math.log(to / from) : (value - from) / (to - from);

const valueAt = ({ from, to, isLog }: Axis, place: number): number =>
  isLog ? from * (to / from) ** place : from + place * (to - from);

/** A plane as wide as its place. */
export function Plane({
  label,
  x,
  y,
  height,
  isImage = false,
  onAdd,
  children,
}: {
  readonly label: string;
  readonly x: Axis;
  readonly y: Axis;
  /** In shares of the width, and in pixels at most. */
  readonly height: readonly [share: number, most: number];
  /** Whether there is nothing on it to be moved. */
  readonly isImage?: boolean;
  /** Told where the plane was double-clicked. */
  readonly onAdd?: (x: number, y: number) => void;
  readonly children: ComponentChildren;
}): JSX.Element {
  const [place, measured] = useWidth(STEP);
  const svg = useRef<SVGSVGElement>(null);
  const width = Math.max(260, measured);
  const tall = Math.round(Math.min(height[1], height[0] * width));
  const [right, bottom] = [width - PAD.right, tall - PAD.bottom];
  const scales: Scales = {
    top: PAD.top,
    bottom,
    x: (value) => PAD.left + share(x, value) * (right - PAD.left),
    y: (value) => bottom - share(y, value) * (bottom - PAD.top),
    at: ({ clientX, clientY }) => {
      const box = svg.current!.getBoundingClientRect();
      return [
        valueAt(x, (clientX - box.left - PAD.left) / (right - PAD.left)),
        valueAt(y, (bottom - (clientY - box.top)) / (bottom - PAD.top)),
      ];
    },
  };
  return (
    <div ref={place} class="plane-place" style={{ height: `${tall}px` }}>
      {measured > 0 && (
        <svg
          ref={svg}
          class="plane"
          width={width}
          height={tall}
          role={isImage ? "img" : "group"}
          aria-label={label}
          onDblClick={(event) => onAdd?.(...scales.at(event))}
        >
          <Axes x={x} y={y} scales={scales} box={{ right, bottom }} />
          <PlaneScales.Provider value={scales}>{children}</PlaneScales.Provider>
        </svg>
      )}
    </div>
  );
}

function Axes({
  x,
  y,
  scales,
  box: { right, bottom },
}: {
  readonly x: Axis;
  readonly y: Axis;
  readonly scales: Scales;
  readonly box: { readonly right: number; readonly bottom: number };
}): JSX.Element {
  return (
    <g>
      {y.ticks.map((tick) => (
        <g key={tick}>
          <line class="grid" x1={PAD.left} x2={right} y1={scales.y(tick)} y2={scales.y(tick)} />
          <text x={PAD.left - 7} y={scales.y(tick) + 4} text-anchor="end">
            {tellTick(y, tick)}
          </text>
        </g>
      ))}
      {x.ticks.map((tick) => (
        <g key={tick}>
          <line class="grid" x1={scales.x(tick)} x2={scales.x(tick)} y1={bottom} y2={bottom + 4} />
          <text x={scales.x(tick)} y={bottom + 18} text-anchor="middle">
            {tellTick(x, tick)}
          </text>
        </g>
      ))}
      <text x={right} y={bottom + 36} text-anchor="end">
        {x.label}
      </text>
      <text x={PAD.left + 6} y={PAD.top + 10}>
        {y.label}
      </text>
    </g>
  );
}

/** A line through places; what leaves the plane is cut off by its frame. */
export function Curve({
  points,
  tone,
  isDashed = false,
  isDotted = false,
}: {
  readonly points: readonly (readonly [x: number, y: number])[];
  /** A class that sets `--tone`. */
  readonly tone: string;
  readonly isDashed?: boolean;
  /** Whether every place is marked. */
  readonly isDotted?: boolean;
}): JSX.Element {
  const { x, y } = useScales();
  // Far outside, numbers are too long for a drawing.
  const limit = (value: number): string => Math.min(9999, Math.max(-9999, value)).toFixed(1);
  return (
    <g class={tone}>
      <polyline
        class={isDashed ? "curve dashed" : "curve"}
        points={points.map(([px, py]) => `${limit(x(px))},${limit(y(py))}`).join(" ")}
      />
      {isDotted && points.map(([px, py]) => <circle key={px} class="dot" cx={x(px)} cy={y(py)} r={3} />)}
    </g>
  );
}

/** How far an arrow key moves a point, and with the shift key. */
const NUDGE = 0.02;
const LEAP = 0.1;

const ARROWS: Readonly<Record<string, readonly [dx: number, dy: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowDown: [0, -1],
  ArrowUp: [0, 1],
};

/** A point that can be moved. */
export function Handle({
  name,
  at,
  tone,
  text,
  isMarked = false,
  axes = "both",
  onMove,
  onRemove,
}: {
  readonly name: string;
  readonly at: readonly [x: number, y: number];
  readonly tone: string;
  /** Its values in words. */
  readonly text: string;
  readonly isMarked?: boolean;
  /** Along which axes it moves. */
  readonly axes?: "both" | "y";
  readonly onMove: (x: number, y: number) => void;
  readonly onRemove?: () => void;
}): JSX.Element {
  const scales = useScales();
  const move = (x: number, y: number): void => onMove(axes === "y" ? at[0] : x, y);
  return (
    <g
      class={`handle ${tone}${isMarked ? " marked" : ""}`}
      role="slider"
      // In a drawing, names of attributes are as they are written.
      tabindex={0}
      aria-label={name}
      aria-valuemin={-1}
      aria-valuemax={1}
      aria-valuenow={at[1]}
      aria-valuetext={text}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        event.currentTarget.focus();
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) move(...scales.at(event));
      }}
      onKeyDown={(event) => {
        const arrow = ARROWS[event.key];
        const isGone = event.key === "Delete" || event.key === "Backspace";
        if (!arrow && !(isGone && onRemove)) return;
        event.preventDefault();
        const far = event.shiftKey ? LEAP : NUDGE;
        if (arrow) move(at[0] + far * arrow[0], at[1] + far * arrow[1]);
        else onRemove?.();
      }}
    >
      <circle class="reach" cx={scales.x(at[0])} cy={scales.y(at[1])} r={18} />
      <circle class="knob" cx={scales.x(at[0])} cy={scales.y(at[1])} r={7} />
    </g>
  );
}

/** A line from top to bottom, with what it stands for. */
export function Upright({ at, text }: { readonly at: number; readonly text: string }): JSX.Element {
  const { x, top, bottom } = useScales();
  return (
    <g class="upright">
      <line x1={x(at)} x2={x(at)} y1={top} y2={bottom} />
      <text x={x(at) + 5} y={bottom - 6}>
        {text}
      </text>
    </g>
  );
}

/** What the lines of a plane stand for. */
export function Key({
  lines,
}: {
  readonly lines: readonly {
    readonly tone: string;
    readonly label: string;
    readonly look?: "dashes" | "dots";
  }[];
}): JSX.Element {
  return (
    <p class="key">
      {lines.map(({ tone, label, look = "" }) => (
        <span key={label} class={`${tone} ${look}`}>
          {label}
        </span>
      ))}
    </p>
  );
}

/** A place that is marked, and what it is. */
export function Dot({
  tone,
  at: [atX, atY],
  text,
}: {
  readonly tone: string;
  readonly at: readonly [x: number, y: number];
  readonly text?: string;
}): JSX.Element {
  const { x, y } = useScales();
  return (
    <g class={tone}>
      <circle class="dot" cx={x(atX)} cy={y(atY)} r={4}>
        {text !== undefined && <title>{text}</title>}
      </circle>
    </g>
  );
}
