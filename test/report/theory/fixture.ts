/**
 * A small document of a theory, with everything a report draws: log axes, numbers of any size, bytes, a claim.
 */

import type { Plot } from "../../../src/document/plot.ts";
import type { TheoryResult } from "../../../src/theory/theory-result.ts";

const point = (x: number, y: number | null) => ({ x, y, low: null, high: null, n: 1 });

/** A residual over n, on log axes; one point has no place there. */
export const residualPlot = (): Plot => ({
  name: "residual",
  title: "Residual over n",
  caption: "As it was computed.",
  x: { label: "n", unit: "count", domain: null, scale: "log" },
  y: { label: "relative residual", unit: "number", domain: null, scale: "log" },
  guides: [
    { label: "aim", y: 1e-8 },
    { label: "nothing", y: 0 },
  ],
  series: [
    { title: "ours", points: [point(100, 2e-16), point(1000, 3e-12), point(10_000, 0)], paper: [] },
    { title: "theirs", points: [point(0, 1e-9), point(1000, 1e-9)], paper: [] },
  ],
});

/** The document. */
export const theory = (): TheoryResult => ({
  schema: "shatter/theory@1",
  name: "kernel",
  title: "A <kernel> of truth",
  question: "Does it interpolate?",
  findings: ["It does: the residual is 3e−12.", "A second thing & more."],
  source: "Section 5, equation (3)",
  method: ["Cholesky's method (Golub and Van Loan, 4.2)."],
  notes: ["The bandwidth was chosen."],
  settings: { data: "shapes", n: 1000, "no-tricks": true, l2: null },
  tables: [
    {
      name: "sizes",
      title: "Sizes",
      caption: "What it took.",
      columns: [
        { key: "n", title: "n", unit: "count", measured: false },
        { key: "memory", title: "memory", unit: "bytes", measured: false },
        { key: "residual", title: "residual", unit: "number", measured: false },
        { key: "norm", title: "norm", unit: "number", measured: true },
      ],
      rows: [
        {
          n: { text: 1000 },
          memory: { text: 1.5 * 2 ** 30 },
          residual: { text: 3.25e-12 },
          norm: {
            measurement: {
              value: 219.5,
              low: 217,
              high: 222,
              n: 3,
              paper: 220,
              difference: -0.5,
              note: null,
            },
          },
        },
      ],
    },
  ],
  plots: [residualPlot()],
  claims: [{ number: 17, text: "It generalises.", outcome: "reproduced", evidence: "It erred at 1.2 %." }],
  numbers: { testError: 0.012, norms: [1, null] },
  provenance: {
    version: "0.1.0",
    commit: null,
    engine: "onnxruntime-node 1.30.0",
    device: "cpu",
    threads: 2,
    jobs: 1,
    node: "v24.0.0",
    machine: "a machine",
    command: "shatter theory kernel",
    started: "2026-01-01T00:00:00.000Z",
    seconds: 12,
    interrupted: false,
  },
});
