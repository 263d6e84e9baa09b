/**
 * @file Theorem 1 by hand: points are dragged, and a network of `2 n + d` weights passes through all of them.
 */

import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { Choice } from "../../page/parts/fields.tsx";
import { ScrollBox } from "../../page/parts/scroll-box.tsx";
import { type ReluNetwork, weightCount } from "../../theory/expressivity/network.ts";
import { say } from "../../theory/settings.ts";
import { type Axis, Curve, fixed, Handle, Plane, useScales } from "./plane.tsx";
import {
  addPoint,
  drawPoints,
  MOST_POINTS,
  moved,
  type Point,
  readPoints,
  redrawLabels,
  writePoints,
} from "./points.ts";
import { curveOf, directionAt, type Solved, solveTheorem, tellClash } from "./theorem.ts";
import { useView } from "./use-view.ts";
import { numberOf, readFields, writeFields } from "./view.ts";

/** What is shown. */
interface Shown {
  readonly dimensions: number;
  readonly points: readonly Point[];
  /** Of `a`, in degrees. */
  readonly angle: number;
  /** Of the last labels that were drawn. */
  readonly seed: number;
}

const START = { count: 7, angle: 30 };

function read(text: string): Shown {
  const fields = readFields(text);
  const dimensions = fields.get("d") === "2" ? 2 : 1;
  return {
    dimensions,
    points: readPoints(fields.get("at"), dimensions) ?? drawPoints(START.count, dimensions, 0),
    angle: numberOf(fields.get("a"), { least: 0, most: 180, usual: START.angle }),
    seed: numberOf(fields.get("s"), { least: 0, most: 1e9, usual: 0 }),
  };
}

const write = ({ dimensions, points, angle, seed }: Shown): string =>
  writeFields({ d: dimensions, at: writePoints(points), ...(dimensions === 2 && { a: angle }), s: seed });

const LABELS: Axis = { from: -1.3, to: 1.3, label: "label y", ticks: [-1, 0, 1] };
const INPUTS: Axis = { from: -1.2, to: 1.2, label: "input x", ticks: [-1, 0, 1] };
const SECOND: Axis = { ...INPUTS, label: "second number of z" };
const ALONG: Axis = { from: -1.6, to: 1.6, label: "⟨a, z⟩, the projection on a", ticks: [-1, 0, 1] };

/** The page. */
export function Page(): JSX.Element {
  const [shown, change] = useView(read, write);
  const { dimensions, points, angle } = shown;
  const solved = useMemo(
    () => solveTheorem(points, directionAt(dimensions, angle)),
    [points, dimensions, angle],
  );
  const n = solved.order.length;
  const replace = (index: number, part: Partial<Point>): void =>
    change({ ...shown, points: points.map((point, at) => (at === index ? moved(point, part) : point)) });
  const remove = (index: number): void => {
    if (points.length > 1) change({ ...shown, points: points.filter((_, at) => at !== index) });
  };
  return (
    <>
      <h1>A network through any labels: Theorem 1</h1>
      <p class="theory-lead">
        For any n examples in d dimensions with any labels there are 2n + d weights with which a two-layer
        ReLU network takes every label exactly. Proof: project the examples on one direction a, let one unit
        begin before each of them, and the weights w solve a triangular system, one after another from left to
        right.
      </p>
      <Controls shown={shown} change={change} />
      <div class="theory">
        <div>
          {dimensions === 2 && <Inputs shown={shown} solved={solved} replace={replace} remove={remove} />}
          <Fitted shown={shown} solved={solved} replace={replace} remove={remove} change={change} />
          <p class="soft">
            Drag a point, or move it with the arrow keys (with Shift further); Delete removes it
            {dimensions === 1 ? ", a double click adds one" : ""}.
          </p>
        </div>
        <section aria-label="The network">
          <p class="big-number">
            <b>{weightCount(solved.network)}</b> weights = 2n + d = 2·{n} + {dimensions}
          </p>
          <p role="status">
            {solved.clashes.length === 0
              ? `The network takes all ${n} labels; the largest difference is ${say(solved.worst)}, which is rounding.`
              : solved.clashes.map((clash) => tellClash(clash, points)).join(" ")}
          </p>
          <p class="soft">
            The smallest eigenvalue of Lemma 1, min (xᵢ − bᵢ), is {say(solved.smallestEigenvalue)}: the closer
            two points are, the larger the weights between them.
          </p>
          <Weights network={solved.network} order={solved.order} />
        </section>
      </div>
      <Source />
    </>
  );
}

function Controls({
  shown,
  change,
}: {
  readonly shown: Shown;
  readonly change: (to: Shown) => void;
}): JSX.Element {
  const { dimensions, points, angle, seed } = shown;
  return (
    <div class="fields theory-controls">
      <Choice
        label="Inputs"
        value={String(dimensions)}
        options={[
          ["1", "numbers (d = 1)"],
          ["2", "points of a plane (d = 2)"],
        ]}
        onChange={(d) =>
          change({ ...shown, dimensions: Number(d), points: drawPoints(points.length, Number(d), seed) })
        }
      />
      <button
        type="button"
        disabled={points.length >= MOST_POINTS}
        onClick={() => change({ ...shown, points: addPoint(points) })}
      >
        Add a point
      </button>
      <button
        type="button"
        disabled={points.length <= 1}
        onClick={() => change({ ...shown, points: points.slice(0, -1) })}
      >
        Remove the last
      </button>
      <button
        type="button"
        class="strong"
        onClick={() => change({ ...shown, points: redrawLabels(points, seed + 1), seed: seed + 1 })}
      >
        Random labels
      </button>
      {dimensions === 2 && (
        <label class="field range">
          <span>Direction a: {angle}°</span>
          <input
            type="range"
            min={0}
            max={180}
            step={1}
            value={angle}
            onInput={({ currentTarget }) => change({ ...shown, angle: Number(currentTarget.value) })}
          />
        </label>
      )}
    </div>
  );
}

interface Parts {
  readonly shown: Shown;
  readonly solved: Solved;
  readonly replace: (index: number, part: Partial<Point>) => void;
  readonly remove: (index: number) => void;
}

const isIn = ({ clashes }: Solved, index: number): boolean =>
  clashes.some(({ first, second }) => first === index || second === index);

/** Inputs of two numbers, the direction, and where each point falls on it. */
function Inputs({ shown: { points, angle }, solved, replace, remove }: Parts): JSX.Element {
  const [right, up] = directionAt(2, angle) as unknown as [number, number];
  return (
    <figure>
      <figcaption>The inputs z, and the direction a they are projected on</figcaption>
      <Plane label="Inputs z" x={{ ...INPUTS, label: "first number of z" }} y={SECOND} height={[0.7, 340]}>
        <Curve
          tone="series-edge"
          points={[
            [-1.6 * right, -1.6 * up],
            [1.6 * right, 1.6 * up],
          ]}
        />
        {points.map(({ input }, index) => (
          <Curve
            key={index}
            tone="series-edge"
            isDashed
            points={[
              [input[0]!, input[1]!],
              [solved.projected[index]! * right, solved.projected[index]! * up],
            ]}
          />
        ))}
        {points.map(({ input }, index) => (
          <Handle
            key={index}
            name={`Input of point ${index + 1}`}
            at={[input[0]!, input[1]!]}
            text={`${input[0]} and ${input[1]}`}
            tone="series-one"
            isMarked={isIn(solved, index)}
            onMove={(x, y) => replace(index, { input: [x, y] })}
            onRemove={() => remove(index)}
          />
        ))}
      </Plane>
    </figure>
  );
}

/** The labels over the projection, and the network. */
function Fitted({
  shown,
  solved,
  replace,
  remove,
  change,
}: Parts & { readonly change: (to: Shown) => void }): JSX.Element {
  const { dimensions, points } = shown;
  const axis = dimensions === 1 ? INPUTS : ALONG;
  const add = (x: number, y: number): void => {
    if (points.length >= MOST_POINTS) return;
    change({ ...shown, points: [...points, moved({ input: [x], label: y }, {})] });
  };
  return (
    <figure>
      <figcaption>The labels y, and the network c(z) = Σ wⱼ max(⟨a, z⟩ − bⱼ, 0)</figcaption>
      <Plane
        label={`The network through ${points.length} points`}
        x={axis}
        y={LABELS}
        height={[0.62, 400]}
        {...(dimensions === 1 && { onAdd: add })}
      >
        <Thresholds network={solved.network} />
        <Curve tone="series-two" points={curveOf(solved, axis.from, axis.to)} />
        {points.map(({ input, label }, index) => (
          <Handle
            key={index}
            name={`Point ${index + 1}`}
            at={[solved.projected[index]!, label]}
            text={dimensions === 1 ? `input ${input[0]}, label ${label}` : `label ${label}`}
            tone="series-one"
            axes={dimensions === 1 ? "both" : "y"}
            isMarked={isIn(solved, index)}
            onMove={(x, y) => replace(index, dimensions === 1 ? { input: [x], label: y } : { label: y })}
            onRemove={() => remove(index)}
          />
        ))}
      </Plane>
    </figure>
  );
}

/** Where units begin. */
function Thresholds({ network }: { readonly network: ReluNetwork }): JSX.Element {
  const { x, y } = useScales();
  return (
    <g class="thresholds">
      {Array.from(network.blocks[0]!.thresholds, (threshold) => (
        <line
          key={threshold}
          x1={x(threshold)}
          x2={x(threshold)}
          y1={y(LABELS.from)}
          y2={y(LABELS.from) - 9}
        />
      ))}
    </g>
  );
}

/** All weights: a, and a row for each unit. */
function Weights({
  network: { direction, blocks },
  order,
}: {
  readonly network: ReluNetwork;
  readonly order: readonly number[];
}): JSX.Element {
  const { thresholds, weights } = blocks[0]!;
  const largest = Math.max(...weights.map(Math.abs), 1e-12);
  return (
    <ScrollBox name="All weights">
      <p>a = ({Array.from(direction, (value) => fixed(value, direction.length === 1 ? 0 : 3)).join(", ")})</p>
      <table>
        <thead>
          <tr>
            <th scope="col">unit before point</th>
            <th scope="col">
              threshold b<sub>j</sub>
            </th>
            <th scope="col">
              weight w<sub>j</sub>
            </th>
          </tr>
        </thead>
        <tbody>
          {order.map((point, unit) => (
            <tr key={unit}>
              <th scope="row">{point + 1}</th>
              <td>{fixed(thresholds[unit]!, 3)}</td>
              <td
                class="weight"
                style={{
                  "--size": `${(100 * Math.abs(weights[unit]!)) / largest}%`,
                  "--tone": `var(--series-${weights[unit]! < 0 ? 2 : 1})`,
                }}
              >
                {fixed(weights[unit]!, 2)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}

const Source = (): JSX.Element => (
  <p class="source soft">
    Zhang, Bengio, Hardt, Recht, Vinyals, “Understanding deep learning requires rethinking generalization”,
    ICLR 2017, section 4: Theorem 1 and Lemma 1. The construction is that of{" "}
    <code>shatter theory expressivity</code>, which also does it for thousands of images. It says what a
    network can represent, not what training finds.
  </p>
);
