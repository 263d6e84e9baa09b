/**
 * @file How far a computation is: a bar with the time left on a terminal, a line now and then in a pipe.
 */

import { Presets, SingleBar } from "cli-progress";
import { percent } from "../../base/percent.ts";
import type { Watch } from "../../base/progress.ts";
import { formatDuration } from "../../report/format.ts";
import { isSteered } from "../output.ts";

/** What shows it. */
export interface TheoryProgress {
  readonly show: NonNullable<Watch["onProgress"]>;
  stop(): void;
}

/** Seconds from one line in a pipe to the next. */
const LINE_EVERY = 10;
/** Below this share nothing is said about the time left. */
const FORESEEABLE = 0.01;

/** Show progress on a stream. */
export function createTheoryProgress(stream: NodeJS.WriteStream, isQuiet: boolean): TheoryProgress {
  if (isQuiet) return { show() {}, stop() {} };
  return isSteered(stream) ? createBar(stream) : createLines(stream);
}

/** Tells the time left of what is under way: each thing has a pace of its own. */
function createClock(): (done: number, total: number, what: string) => { share: number; left: string } {
  let current = "";
  let began = 0;
  let from = 0;
  return (done, total, what) => {
    const share = total > 0 ? Math.min(1, Math.max(0, done / total)) : 0;
    if (what !== current) [current, began, from] = [what, performance.now(), share];
    const seconds = (performance.now() - began) / 1000;
    const made = share - from;
    const isKnown = made > FORESEEABLE && share < 1 && seconds > 0.5;
    return { share, left: isKnown ? `${formatDuration((seconds * (1 - share)) / made)} left` : "" };
  };
}

function createBar(stream: NodeJS.WriteStream): TheoryProgress {
  const format = "{bar} {percentage} %  {text}";
  const bar = new SingleBar(
    { stream, format, barsize: 20, hideCursor: true, clearOnComplete: true, linewrap: false },
    Presets.shades_classic,
  );
  const clock = createClock();
  bar.start(1000, 0, { text: "" });
  return {
    show(done, total, what) {
      const { share, left } = clock(done, total, what);
      bar.update(Math.round(share * 1000), { text: [what, left].filter(Boolean).join("  ") });
    },
    stop: () => bar.stop(),
  };
}

function createLines(stream: NodeJS.WriteStream): TheoryProgress {
  const clock = createClock();
  let [current, told] = ["", 0];
  return {
    show(done, total, what) {
      const { share, left } = clock(done, total, what);
      const now = performance.now();
      if (what === current && now - told < 1000 * LINE_EVERY) return;
      [current, told] = [what, now];
      stream.write(`${[what, percent(share), left].filter(Boolean).join(", ")}\n`);
    },
    stop() {},
  };
}
