/**
 * @file Interpolation of least norm beside other ways through the same points, and what the norm tells of the test error.
 */

import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { percent } from "../../base/percent.ts";
import { Choice } from "../../page/parts/fields.tsx";
import { ScrollBox } from "../../page/parts/scroll-box.tsx";
import type { Interpolated, NormsRequest } from "../../theory/kernel/norms.ts";
import { say } from "../../theory/settings.ts";
import { type Asked, between, type Family, findInterpolants, type Through } from "./interpolants.ts";
import { type Axis, Curve, Dot, Handle, Key, Plane } from "./plane.tsx";
import { addPoint, drawPoints, MOST_POINTS, moved, readPoints, redrawLabels, writePoints } from "./points.ts";
import { useComputed } from "./use-computed.ts";
import { useView } from "./use-view.ts";
import { numberOf, readFields, writeFields } from "./view.ts";

/** What is shown: the functions, and how far the one that is led away has come. */
interface Shown extends Asked {
  readonly share: number;
}

function read(text: string): Shown {
  const fields = readFields(text);
  return {
    points: readPoints(fields.get("at"), 1) ?? drawPoints(6, 1, 2),
    kernel: fields.get("k") === "laplace" ? "laplace" : "gaussian",
    width: numberOf(fields.get("w"), { least: 0.05, most: 0.5, usual: 0.2 }),
    share: numberOf(fields.get("t"), { least: -1, most: 1, usual: 0 }),
    seed: Math.round(numberOf(fields.get("s"), { least: 0, most: 999_999, usual: 0 })),
  };
}

const write = ({ points, kernel, width, share, seed }: Shown): string =>
  writeFields({ at: writePoints(points), k: kernel, w: width, t: share, s: seed });

/** The page. */
export function Page(): JSX.Element {
  return (
    <>
      <h1>The interpolant of least norm</h1>
      <p class="theory-lead">
        Of all functions that take every label, stochastic gradient descent from 0 on a linear model finds the
        one of least norm, f(x) = Σ αᵢ k(xᵢ, x) with Kα = y. It may generalize without any regularization; but
        its norm does not tell how well.
      </p>
      <OnLine />
      <OnDigits />
      <p class="source soft">
        Zhang et al., ICLR 2017, section 5, equation (3): on MNIST the norm was about 220 without and 390 with
        preprocessing, while the test error fell from 1.2 % to 0.6 %. The same for tens of thousands of
        images: <code>shatter theory kernel</code>.
      </p>
    </>
  );
}

const LABELS: Axis = { from: -2, to: 2, label: "label y", ticks: [-2, -1, 0, 1, 2] };
const INPUTS: Axis = { from: -1.2, to: 1.2, label: "input x", ticks: [-1, 0, 1] };

const TONES = { least: "series-one", led: "series-four", forced: "series-two", elsewhere: "series-three" };

function OnLine(): JSX.Element {
  const [shown, change] = useView(read, write);
  const { points, kernel, width, seed, share } = shown;
  const family = useMemo(
    () => findInterpolants({ points, kernel, width, seed }),
    [points, kernel, width, seed],
  );
  const led =
    typeof family.least !== "string" && family.forced && share !== 0
      ? between(family.least, family.forced, share)
      : undefined;
  const replace = (index: number, x: number, y: number): void =>
    change({
      ...shown,
      points: points.map((point, at) => (at === index ? moved(point, { input: [x], label: y }) : point)),
    });
  const remove = (index: number): void => {
    if (points.length > 1) change({ ...shown, points: points.filter((_, at) => at !== index) });
  };
  return (
    <section aria-label="On a line">
      <LineControls shown={shown} change={change} hasForced={family.forced !== undefined} />
      <div class="theory">
        <figure>
          <figcaption>Functions through the same {points.length} points</figcaption>
          <Plane
            label={`Functions through ${points.length} points`}
            x={INPUTS}
            y={LABELS}
            height={[0.62, 400]}
          >
            <Curves family={family} led={led} />
            {points.map(({ input, label }, index) => (
              <Handle
                key={index}
                name={`Point ${index + 1}`}
                at={[input[0]!, label]}
                text={`input ${input[0]}, label ${label}`}
                tone="series-one"
                onMove={(x, y) => replace(index, x, y)}
                onRemove={() => remove(index)}
              />
            ))}
          </Plane>
          <p class="soft">Drag a point, or move it with the arrow keys; Delete removes it.</p>
        </figure>
        <NormsOf family={family} led={led} />
      </div>
    </section>
  );
}

function LineControls({
  shown,
  change,
  hasForced,
}: {
  readonly shown: Shown;
  readonly change: (to: Shown) => void;
  readonly hasForced: boolean;
}): JSX.Element {
  const { points, kernel, width, seed, share } = shown;
  const slider = (
    label: string,
    value: number,
    [min, max]: readonly [number, number],
    set: (value: number) => void,
    disabled = false,
  ): JSX.Element => (
    <label class="field range">
      <span>{label}</span>
      <input
        type="range"
        min={min}
        max={max}
        step={0.01}
        value={value}
        disabled={disabled}
        onInput={({ currentTarget }) => set(Number(currentTarget.value))}
      />
    </label>
  );
  return (
    <div class="fields theory-controls">
      <Choice
        label="Kernel k"
        value={kernel}
        options={[
          ["gaussian", "Gaussian"],
          ["laplace", "Laplace"],
        ]}
        onChange={(name) => change({ ...shown, kernel: name as Asked["kernel"] })}
      />
      {slider(`Width of the kernel: ${width.toFixed(2)}`, width, [0.05, 0.5], (to) =>
        change({ ...shown, width: to }),
      )}
      {slider(
        `Led towards the forced one: ${share.toFixed(2)}`,
        share,
        [-1, 1],
        (to) => change({ ...shown, share: to }),
        !hasForced,
      )}
      <button
        type="button"
        disabled={points.length >= MOST_POINTS / 2}
        onClick={() => change({ ...shown, points: addPoint(points) })}
      >
        Add a point
      </button>
      <button
        type="button"
        onClick={() => change({ ...shown, points: redrawLabels(points, seed + 1), seed: seed + 1 })}
      >
        Random labels
      </button>
    </div>
  );
}

function Curves({
  family,
  led,
}: {
  readonly family: Family;
  readonly led: Through | undefined;
}): JSX.Element {
  const { least, forced, elsewhere, extra } = family;
  return (
    <>
      {elsewhere && <Curve tone={TONES.elsewhere} points={elsewhere.curve} isDashed />}
      {forced && <Curve tone={TONES.forced} points={forced.curve} isDashed />}
      {forced &&
        extra.map(({ input, label }) => <Dot key={input[0]} tone={TONES.forced} at={[input[0]!, label]} />)}
      {led && <Curve tone={TONES.led} points={led.curve} />}
      {typeof least !== "string" && <Curve tone={TONES.least} points={least.curve} />}
    </>
  );
}

/** The norms of all functions, the least first. */
function NormsOf({
  family: { least, forced, elsewhere },
  led,
}: {
  readonly family: Family;
  readonly led: Through | undefined;
}): JSX.Element {
  if (typeof least === "string") {
    return (
      <p class="notice" role="status">
        Two points are at one place, or too close for so wide a kernel to tell them apart in floating point,
        and the matrix K cannot be inverted. Move them apart, or make the kernel narrower.
      </p>
    );
  }
  const rows: readonly (readonly [string, string, Through | undefined])[] = [
    [TONES.least, "least norm", least],
    ...(led ? [[TONES.led, "led away from it", led] as const] : []),
    [TONES.forced, "forced through random labels in between", forced],
    [TONES.elsewhere, "centers at random places", elsewhere],
  ];
  return (
    <section aria-label="Norms">
      <table class="norms">
        <thead>
          <tr>
            <th scope="col" class="left">
              through all points
            </th>
            <th scope="col">norm</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([tone, name, through]) => (
            <tr key={name}>
              <th scope="row" class="left">
                <span class={`swatch ${tone}`} />
                {name}
              </th>
              <td>{through ? say(through.norm) : "not solvable in float64"}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="soft">
        Led away in any direction, the norm can only grow: what is added is 0 at every point, and so
        orthogonal to f; squares of norms add. Among functions of one kernel, the norm does tell the smooth
        one from the wild ones.
      </p>
    </section>
  );
}

const REQUEST: NormsRequest = { n: 400, seed: 0 };

const NORM: Axis = { from: 3, to: 20_000, label: "norm", ticks: [10, 100, 1000, 10_000], isLog: true };

/** Test errors from one whole per cent to another. */
function errorAxis(values: readonly Interpolated[]): Axis {
  const errors = values.map(({ testError }) => 100 * testError);
  const [least, most] = [Math.floor(Math.min(...errors, 99) - 0.5), Math.ceil(Math.max(...errors, 5) + 0.5)];
  const ticks = Array.from({ length: most - least + 1 }, (_, at) => (least + at) / 100);
  return {
    from: least / 100,
    to: most / 100,
    label: "test error",
    ticks,
    tick: (share) => `${Math.round(100 * share)} %`,
  };
}

/** Across kernels: norm and test error of digits. */
function OnDigits(): JSX.Element {
  const { values, isDone, error } = useComputed("norms", REQUEST);
  const least = values.filter(({ kind }) => kind === "least norm");
  const gaussian = least.filter(({ kernel }) => kernel === "gaussian");
  const others = least.filter(({ kernel }) => kernel !== "gaussian");
  const at = ({ norm, testError }: Interpolated) => [norm, testError] as const;
  return (
    <section aria-labelledby="on-digits">
      <h2 id="on-digits">Across kernels the norm does not tell the test error</h2>
      <p>
        {REQUEST.n} handwritten digits, fitted exactly by the interpolant of least norm of each kernel.{" "}
        <span role="status">
          {error ?? (isDone ? tellSpread(least) : `Computing, ${values.length} interpolants so far …`)}
        </span>
      </p>
      <div class="theory">
        <figure>
          <figcaption>Norm and test error, a dot for each kernel</figcaption>
          <Plane
            label="Norm and test error of each kernel"
            x={NORM}
            y={errorAxis(least)}
            height={[0.62, 360]}
            isImage
          >
            <Curve tone="series-one" points={gaussian.map(at)} isDotted />
            {others.map((one) => (
              <Dot key={one.formula} tone="series-two" at={at(one)} text={`${one.label}: ${one.formula}`} />
            ))}
          </Plane>
          <Key
            lines={[
              { tone: "series-one", label: "Gaussian, from wide (right) to narrow (left)" },
              { tone: "series-two", label: "other kernels", look: "dots" },
            ]}
          />
        </figure>
        <DigitNumbers values={values} />
      </div>
    </section>
  );
}

function tellSpread(least: readonly Interpolated[]): string {
  const norms = least.map(({ norm }) => norm);
  const errors = least.map(({ testError }) => testError);
  return `The norms lie between ${say(Math.min(...norms))} and ${say(Math.max(...norms))}, the test errors between ${percent(Math.min(...errors))} and ${percent(Math.max(...errors))}.`;
}

const OTHERS = {
  forced: "forced to fit random labels on the test digits",
  elsewhere: "centers at random points",
} as const;

/** A row for each kernel, and below the two that do not generalize. */
function DigitNumbers({ values }: { readonly values: readonly Interpolated[] }): JSX.Element {
  const rows = values.flatMap((one) => {
    if (one.kind === "random labels") return [];
    if (one.kind !== "least norm")
      return [{ ...one, label: `${one.label}, ${OTHERS[one.kind]}`, random: "" }];
    const random = values.find(({ kind, formula }) => kind === "random labels" && formula === one.formula);
    return [{ ...one, random: random ? say(random.norm) : "" }];
  });
  return (
    <ScrollBox name="Interpolants of the digits">
      <table>
        <thead>
          <tr>
            <th scope="col" class="left">
              kernel
            </th>
            <th scope="col">test error</th>
            <th scope="col">norm</th>
            <th scope="col">norm, random labels</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ label, formula, testError, norm, random }) => (
            <tr key={label}>
              <th scope="row" class="left" title={formula}>
                {label}
              </th>
              <td>{percent(testError)}</td>
              <td>{say(norm)}</td>
              <td>{random}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}
