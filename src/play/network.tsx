/**
 * @file One network: its numbers, and the images as it sees them.
 */

import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { percentOf } from "./outcome.ts";
import type { Pictures } from "./protocol.ts";
import type { Lane } from "./race.ts";
import type { Side } from "./recipe.ts";

/** Images that are shown of each network. */
const SHOWN = 30;

/** One network of the race. */
export function Network({
  side,
  title,
  lane,
}: {
  readonly side: Side;
  readonly title: string;
  readonly lane: Lane;
}): JSX.Element {
  const last = lane.rows.at(-1);
  return (
    <section class={`network ${side}`} aria-label={title}>
      <h2>{title}</h2>
      <dl>
        <div>
          <dt>Training</dt>
          <dd>{percentOf(last?.trainAccuracy)}</dd>
        </div>
        <div>
          <dt>Test</dt>
          <dd>{percentOf(last?.testAccuracy)}</dd>
        </div>
      </dl>
      <p class="status" role="status">
        {tellStatus(lane)}
      </p>
      {lane.pictures && (
        <ul class={`tiles ${tilesOf(lane.pictures)}`}>
          {Array.from({ length: Math.min(SHOWN, lane.pictures.given.length) }, (_, index) => (
            <Tile key={index} pictures={lane.pictures!} index={index} predicted={lane.predicted?.[index]} />
          ))}
        </ul>
      )}
    </section>
  );
}

function tellStatus({ status, rows, result, error }: Lane): string {
  switch (status) {
    case "empty":
    case "loading":
      return "loading the engine …";
    case "ready":
      return "ready";
    case "training":
      return `epoch ${rows.length}`;
    case "failed":
      return `It could not be trained (${error}). Reset tries again.`;
    case "ended":
      return result?.status === "diverged"
        ? `It diverged in epoch ${result.epochs}: the rate is too high.`
        : result?.epochsToFit === null || result?.epochsToFit === undefined
          ? `Not fitted after ${rows.length} epochs.`
          : `Fitted after ${result.epochsToFit} epochs.`;
  }
}

/** Names of several letters have a line each. */
export const tilesOf = ({ classNames }: Pictures): string =>
  classNames.some(({ length }) => length > 2) ? "words" : "";

/** An image with the label that is given, and the true one, struck, where it is another. */
export function Tile({
  pictures,
  index,
  predicted,
  note,
}: {
  readonly pictures: Pictures;
  readonly index: number;
  readonly predicted: number | undefined;
  readonly note?: string;
}): JSX.Element {
  // The same element again is not looked at again: most images stay as they are from epoch to epoch.
  return useMemo(() => {
    const { given, truth, classNames } = pictures;
    const [label, real] = [given[index]!, truth[index]!];
    const isFitted = predicted === label;
    return (
      <li class={isFitted ? "fitted" : ""}>
        {pictures.shape.length === 4 && <Picture pictures={pictures} index={index} />}
        <span class="label">
          {label !== real && <s>{classNames[real]}</s>} <b>{classNames[label]}</b>
          {predicted !== undefined && (
            <span class="mark-of" title={isFitted ? "fitted" : `answers ${classNames[predicted]}`}>
              {isFitted ? "✓" : ""}
              <span class="unseen">{isFitted ? "fitted" : "not fitted"}</span>
            </span>
          )}
        </span>
        {note && <span class="soft">{note}</span>}
      </li>
    );
  }, [pictures, index, predicted, note]);
}

/** One image, a pixel for each of its numbers. */
function Picture({ pictures, index }: { readonly pictures: Pictures; readonly index: number }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { pixels, shape } = pictures;
  const [, channels, height, width] = shape as [number, number, number, number];
  useEffect(() => {
    const size = height * width;
    const start = index * channels * size;
    const image = new ImageData(width, height);
    for (let at = 0; at < size; at++) {
      for (let channel = 0; channel < 3; channel++) {
        image.data[4 * at + channel] = pixels[start + (channels === 3 ? channel * size : 0) + at]!;
      }
      image.data[4 * at + 3] = 255;
    }
    canvas.current!.getContext("2d")!.putImageData(image, 0, 0);
  }, [pixels, index, channels, height, width]);
  return <canvas ref={canvas} width={width} height={height} />;
}
