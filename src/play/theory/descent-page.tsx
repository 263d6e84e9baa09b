/**
 * @file Double descent: random features through the number of examples, the norm beside the test error.
 */

import type { JSX } from "preact";
import { formatShare, percent } from "../../base/percent.ts";
import { Choice, Entry } from "../../page/parts/fields.tsx";
import { ScrollBox } from "../../page/parts/scroll-box.tsx";
import {
  type DescentPoint,
  type DescentRequest,
  featureCounts,
} from "../../theory/double-descent/random-features.ts";
import { say } from "../../theory/settings.ts";
import { type Axis, Curve, Key, Plane, Upright } from "./plane.tsx";
import { type Computed, useComputed } from "./use-computed.ts";
import { useView } from "./use-view.ts";
import { numberOf, readFields, writeFields } from "./view.ts";

/** Numbers of examples that are offered: the largest takes a few seconds. */
const SIZES = [100, 200, 300, 400];

function read(text: string): DescentRequest {
  const fields = readFields(text);
  const n = numberOf(fields.get("n"), { least: 50, most: 400, usual: 200 });
  return {
    n: Math.round(n),
    noise: numberOf(fields.get("noise"), { least: 0, most: 1, usual: 0.1 }),
    seed: Math.round(numberOf(fields.get("seed"), { least: 0, most: 999_999, usual: 0 })),
  };
}

const write = ({ n, noise, seed }: DescentRequest): string => writeFields({ n, noise, seed });

/** The page. */
export function Page(): JSX.Element {
  const [request, change] = useView(read, write);
  const computed = useComputed("descent", request);
  const counts = featureCounts(request.n);
  const x: Axis = {
    from: counts[0]!,
    to: counts.at(-1)!,
    label: "random features",
    ticks: [0.1, 0.3, 1, 3, 10].map((share) => share * request.n),
    isLog: true,
  };
  return (
    <>
      <h1>More weights than examples, and a second descent</h1>
      <p class="theory-lead">
        Only the last layer is trained, by least squares, on random ReLU features of {request.n} handwritten
        digits. With few features the test error falls, then rises to a peak where there are as many features
        as examples, and the targets (1 for a digit's class, 0 for the others) are just interpolated; beyond,
        many weights do that, the smallest are taken, and the test error falls again. Nothing is regularized
        anywhere.
      </p>
      <div class="fields theory-controls">
        <Choice
          label="Training examples n"
          value={String(request.n)}
          options={SIZES.map((size) => [String(size), String(size)] as const)}
          onChange={(n) => change({ ...request, n: Number(n) })}
        />
        <Entry
          type="range"
          label={`Redrawn labels: ${formatShare(request.noise)}`}
          value={String(request.noise)}
          min={0}
          max={1}
          step={0.05}
          onChange={(noise) => change({ ...request, noise: Number(noise) })}
        />
        <button type="button" onClick={() => change({ ...request, seed: request.seed + 1 })}>
          Other features and examples
        </button>
      </div>
      <Told request={request} computed={computed} />
      <div class="theory even">
        <Errors x={x} n={request.n} values={computed.values} />
        <Norms x={x} n={request.n} values={computed.values} />
      </div>
      <Numbers values={computed.values} />
      <p class="source soft">
        M. Belkin, D. Hsu, S. Ma, S. Mandal, “Reconciling modern machine-learning practice and the classical
        bias–variance trade-off”, PNAS 116(32), 2019, which calls this double descent. That the solution of
        least norm fits everything and generalizes is section 5 of Zhang et al., ICLR 2017. Digits: E.
        Alpaydin and C. Kaynak, UCI Machine Learning Repository, 1998; 510 others are the test.
      </p>
    </>
  );
}

/** What has been found, in a sentence. */
function Told({
  request: { n },
  computed: { values, isDone, error },
}: {
  readonly request: DescentRequest;
  readonly computed: Computed<DescentPoint>;
}): JSX.Element {
  if (error !== undefined) {
    return (
      <p class="notice bad" role="alert">
        {error}
      </p>
    );
  }
  if (!isDone) {
    return (
      <p class="told" role="status">
        Computing, {values.length} of {featureCounts(n).length} …
      </p>
    );
  }
  const best = (some: readonly DescentPoint[]): DescentPoint =>
    some.reduce((least, one) => (one.testError < least.testError ? one : least));
  const before = best(values.filter(({ features }) => features < n));
  const after = best(values.filter(({ features }) => features > n));
  const peak = values.find(({ features }) => features === n)!;
  return (
    <p class="told" role="status">
      Test error: <b>{percent(before.testError)}</b> with {before.features} features,{" "}
      <b>{percent(peak.testError)}</b> with {n}, as many as examples, and <b>{percent(after.testError)}</b>{" "}
      with {after.features}.{" "}
      {after.testError < before.testError
        ? "The second descent ends below the first."
        : "The second descent does not come below the first here."}
    </p>
  );
}

interface Drawn {
  readonly x: Axis;
  readonly n: number;
  readonly values: readonly DescentPoint[];
}

const ERRORS: Axis = {
  from: 0,
  to: 1,
  label: "share of examples that are wrong",
  ticks: [0, 0.25, 0.5, 0.75, 1],
  tick: (share) => `${100 * share} %`,
};

function Errors({ x, n, values }: Drawn): JSX.Element {
  const line = (field: "testError" | "trainError") =>
    values.map((point) => [point.features, point[field]] as const);
  return (
    <figure>
      <figcaption>Test and training error</figcaption>
      <Plane
        label="Test and training error over the number of features"
        x={x}
        y={ERRORS}
        height={[0.62, 340]}
        isImage
      >
        <Upright at={n} text={`n = ${n}`} />
        <Curve tone="series-one" points={line("trainError")} isDashed />
        <Curve tone="series-two" points={line("testError")} isDotted />
      </Plane>
      <Key
        lines={[
          { tone: "series-two", label: "test" },
          { tone: "series-one", label: "training", look: "dashes" },
        ]}
      />
    </figure>
  );
}

const NORMS: Axis = {
  from: 1,
  to: 1000,
  label: "norm of the weights",
  ticks: [1, 10, 100, 1000],
  isLog: true,
};

function Norms({ x, n, values }: Drawn): JSX.Element {
  return (
    <figure>
      <figcaption>The norm of the weights</figcaption>
      <Plane
        label="The norm of the weights over the number of features"
        x={x}
        y={NORMS}
        height={[0.62, 340]}
        isImage
      >
        <Upright at={n} text={`n = ${n}`} />
        <Curve
          tone="series-four"
          points={values.map(({ features, norm }) => [features, norm] as const)}
          isDotted
        />
      </Plane>
    </figure>
  );
}

function Numbers({ values }: { readonly values: readonly DescentPoint[] }): JSX.Element {
  return (
    <details class="theory">
      <summary>Its numbers</summary>
      <ScrollBox name="Numbers">
        <table>
          <thead>
            <tr>
              <th scope="col">features</th>
              <th scope="col">test error</th>
              <th scope="col">training error</th>
              <th scope="col">norm</th>
              <th scope="col">residual</th>
            </tr>
          </thead>
          <tbody>
            {values.map(({ features, testError, trainError, norm, residual }) => (
              <tr key={features}>
                <th scope="row">{features}</th>
                <td>{percent(testError)}</td>
                <td>{percent(trainError)}</td>
                <td>{say(norm)}</td>
                <td>{residual.toExponential(1)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </details>
  );
}
