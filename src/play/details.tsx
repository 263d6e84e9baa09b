/**
 * @file Below the race: which images were fitted last, and what the first layers look for.
 */

import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Tile, tilesOf } from "./network.tsx";
import type { Filters } from "./protocol.ts";
import { type Race, SIDES } from "./race.ts";
import type { Side } from "./recipe.ts";

/** Images that are named. */
const SHOWN = 10;

/** Indices of the images that were wrong last, latest first. */
export function lastFitted(lastWrong: Int32Array, count: number): number[] {
  return Array.from(lastWrong.keys())
    .filter((index) => lastWrong[index]! > 0)
    .sort((a, b) => lastWrong[b]! - lastWrong[a]! || a - b)
    .slice(0, count);
}

interface Shown {
  readonly race: Race;
  readonly names: readonly [string, string];
}

/** A part of both networks, each below its name, and what it says. */
function Both({
  title,
  names,
  of,
  note,
}: Pick<Shown, "names"> & {
  readonly title: string;
  readonly of: (side: Side, name: string) => JSX.Element | null;
  readonly note: string;
}): JSX.Element {
  return (
    <section>
      <h2>{title}</h2>
      {SIDES.map((side, at) => {
        const part = of(side, names[at]!);
        return (
          part && (
            <div key={side} class={side}>
              <h3 class="side">{names[at]}</h3>
              {part}
            </div>
          )
        );
      })}
      <p class="soft">{note}</p>
    </section>
  );
}

/** The images of both networks that were fitted last. */
export function FittedLast({ race, names }: Shown): JSX.Element {
  const tiles = (side: Side): JSX.Element | null => {
    const { pictures, lastWrong, predicted, rows } = race[side];
    if (!pictures || !lastWrong || rows.length === 0) return null;
    return (
      <ul class={`tiles wide ${tilesOf(pictures)}`}>
        {lastFitted(lastWrong, SHOWN).map((index) => (
          <Tile
            key={index}
            pictures={pictures}
            index={index}
            predicted={predicted?.[index]}
            note={lastWrong[index]! >= rows.length ? "not yet" : `epoch ${lastWrong[index]! + 1}`}
          />
        ))}
      </ul>
    );
  };
  return (
    <Both
      title="Fitted last"
      names={names}
      of={tiles}
      note="The epoch since which an image has been answered with the label it was given. With true labels these are the odd ones."
    />
  );
}

/** The first layers of both networks. */
export function FirstLayers({ race, names }: Shown): JSX.Element {
  return (
    <Both
      title="First-layer filters"
      names={names}
      of={(side, name) => {
        const { filters } = race[side];
        return filters ? <FilterSheet filters={filters} title={`First-layer filters: ${name}`} /> : null;
      }}
      note="Weights of the first units: white is positive, black negative, each by its own largest."
    />
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
