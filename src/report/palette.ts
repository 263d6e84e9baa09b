/**
 * @file How kinds of trials look: the same colour, dashes and symbol in every chart.
 *
 * Colours are those of Okabe and Ito (Color Universal Design, 2008), which people with colour-blindness can
 * tell apart, a little lighter on dark ground. Labels random in part lie between true and random labels.
 */

import type { InputsName } from "../data/randomize.ts";
import { type Kind, keyOfKind } from "./kinds.ts";

/** Whether the ground is white or dark. */
export type Scheme = "light" | "dark";

/** `#rrggbb` by what was trained on; `random-labels` with true inputs. */
const COLORS: Readonly<Record<Scheme, Readonly<Record<InputsName | "random-labels", string>>>> = {
  light: {
    true: "#0072b2",
    "random-labels": "#d55e00",
    shuffled: "#009e73",
    random: "#b8588f",
    gaussian: "#222222",
  },
  dark: {
    true: "#56a8e8",
    "random-labels": "#f5843f",
    shuffled: "#35c79c",
    random: "#e09cc5",
    gaussian: "#eeeeee",
  },
};

/** Ink and ground of charts that stand alone. */
export const INK = "#222222";
export const GROUND = "#ffffff";

/** The colour of a kind, `#rrggbb`. */
export function colorOf({ inputs, nominal }: Kind, scheme: Scheme): string {
  const colors = COLORS[scheme];
  return inputs === "true" ? mix(colors.true, colors["random-labels"], nominal) : colors[inputs];
}

/** The CSS variable that holds a kind's colour. */
export const variableOf = (kind: Kind): string => `--${keyOfKind(kind).replaceAll(/[^a-z0-9-]/g, "_")}`;

/** Length of dashes and gaps, in pixels; empty for a solid line. */
export function dashesOf({ inputs, nominal, escalation }: Kind): string {
  if (escalation > 0) return `1.5 ${3 + 2 * escalation}`;
  if (inputs === "true") return nominal === 0 ? "" : `${Math.round(13 - 7 * nominal)} 3`;
  return { shuffled: "2 3", random: "9 3 2 3", gaussian: "9 3 2 3 2 3" }[inputs];
}

/** The symbol at a line's end, by its name in Plot. */
export function symbolOf({
  inputs,
  nominal,
}: Kind): "circle" | "square" | "diamond" | "triangle" | "star" | "wye" {
  if (inputs === "true") return nominal === 0 ? "circle" : nominal === 1 ? "square" : "diamond";
  return ({ shuffled: "triangle", random: "star", gaussian: "wye" } as const)[inputs];
}

/** A colour between two, `share` of the way, in sRGB. */
function mix(from: string, to: string, share: number): string {
  const channel = (color: string, index: number): number =>
    Number.parseInt(color.slice(1 + 2 * index, 3 + 2 * index), 16);
  const channels = [0, 1, 2].map((index) =>
    Math.round(channel(from, index) * (1 - share) + channel(to, index) * share)
      .toString(16)
      .padStart(2, "0"),
  );
  return `#${channels.join("")}`;
}
