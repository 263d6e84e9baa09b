/**
 * @file Below the race: which images were fitted last, and what the first layers look for.
 */

import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Tile, tilesOf } from "./network.tsx";
import type { Filters } from "./protocol.ts";
import { type Race, SIDES } from "./race.ts";

/** Images that are named. */
const SHOWN = 10;

/** Indices of the images that were wrong last, latest first. */
export function lastFitted(lastWrong: Int32Array, count: number): number[] {
  return Array.from(lastWrong.keys())
    .filter((index) => lastWrong[index]! > 0)
    .sort((a, b) => lastWrong[b]! - lastWrong[a]! || a - b)
    .slice(0, count);
}

/** The images of both networks that were fitted last. */
export function FittedLast({
  race,
  names,
}: {
  readonly race: Race;
  readonly names: readonly [string, string];
}): JSX.Element {
  return (
    <section>
      <h2>Fitted last</h2>
      {SIDES.map((side, at) => {
        const { pictures, lastWrong, predicted, rows } = race[side];
        if (!pictures || !lastWrong || rows.length === 0) return null;
        const indices = lastFitted(lastWrong, SHOWN);
        return (
          <div key={side} class={side}>
            <h3 class="side">{names[at]}</h3>
            <ul class={`tiles wide ${tilesOf(pictures)}`}>
              {indices.map((index) => (
                <Tile
                  key={index}
                  pictures={pictures}
                  index={index}
                  predicted={predicted?.[index]}
                  note={lastWrong[index]! >= rows.length ? "not yet" : `epoch ${lastWrong[index]! + 1}`}
                />
              ))}
            </ul>
          </div>
        );
      })}
      <p class="soft">
        The epoch since which an image has been answered with the label it was given. With true labels these
        are the odd ones.
      </p>
    </section>
  );
}

/** The first layers of both networks. */
export function FirstLayers({
  race,
  names,
}: {
  readonly race: Race;
  readonly names: readonly [string, string];
}): JSX.Element {
  return (
    <section>
      <h2>First-layer filters</h2>
      {SIDES.map((side, at) => {
        const { filters } = race[side];
        return filters ? (
          <div key={side} class={side}>
            <h3 class="side">{names[at]}</h3>
            <FilterSheet filters={filters} title={`First-layer filters: ${names[at]}`} />
          </div>
        ) : null;
      })}
      <p class="soft">
        Weights of the first units: white is positive, black negative, each by its own largest.
      </p>
    </section>
  );
}

const COLUMNS = 12;

/** Filters side by side on one canvas, a pixel for each weight. */
function FilterSheet({ filters, title }: { readonly filters: Filters; readonly title: string }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { weights, shape } = filters;
  const [count, channels, height, width] = shape as [number, number, number, number];
  const across = COLUMNS * (width + 1) - 1;
  const down = Math.ceil(count / COLUMNS) * (height + 1) - 1;
  useEffect(() => {
    const image = new ImageData(across, down);
    const size = height * width;
    for (let filter = 0; filter < count; filter++) {
      const start = filter * channels * size;
      const largest = weights
        .subarray(start, start + channels * size)
        .reduce((most, w) => Math.max(most, Math.abs(w)), 1e-9);
      const left = (filter % COLUMNS) * (width + 1);
      const top = Math.floor(filter / COLUMNS) * (height + 1);
      for (let at = 0; at < size; at++) {
        const to = 4 * ((top + Math.floor(at / width)) * across + left + (at % width));
        for (let channel = 0; channel < 3; channel++) {
          const weight = weights[start + (channels === 3 ? channel * size : 0) + at]!;
          image.data[to + channel] = 127.5 * (1 + weight / largest);
        }
        image.data[to + 3] = 255;
      }
    }
    canvas.current!.getContext("2d")!.putImageData(image, 0, 0);
  }, [weights, across, down, count, channels, height, width]);
  return <canvas class="filters" ref={canvas} width={across} height={down} role="img" aria-label={title} />;
}
