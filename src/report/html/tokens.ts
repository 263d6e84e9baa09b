/**
 * @file The colors and the type that reports share with dashboard and playground (`page/look.css`; a test compares them).
 */

import { type Color, seriesColors } from "../chart/looks.ts";

/** Colors by what they mean, on light and on dark ground: each has its meaning everywhere, and no chart uses it. */
const MEANINGS = {
  "--ink": ["#1f2326", "#e4e5e3"],
  "--soft": ["#5a6066", "#a2a7aa"],
  "--ground": ["#fdfdfb", "#15171a"],
  "--panel": ["#f4f4f0", "#1d2024"],
  "--line": ["#dcdcd5", "#35393e"],
  "--edge": ["#85898c", "#74797e"],
  "--accent": ["#00629b", "#6db8ef"],
  "--good": ["#00704f", "#4ccb9f"],
  "--bad": ["#b3261e", "#ff8a80"],
  "--warn": ["#855600", "#f0b955"],
} as const;

const FONTS = {
  "--sans": `system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif`,
  "--serif": `ui-serif, "Iowan Old Style", Charter, "Source Serif 4", Georgia, "DejaVu Serif", serif`,
  "--mono": `ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace`,
};

/** The rule that declares them all as variables, and the colors of lines. */
export function rootTokens(colors: readonly Color[] = seriesColors): string {
  const meanings = Object.entries(MEANINGS).map(([variable, [light, dark]]) => ({ variable, light, dark }));
  const declared = [...meanings, ...colors].map(
    ({ variable, light, dark }) => `${variable}: light-dark(${light}, ${dark});`,
  );
  const fonts = Object.entries(FONTS).map(([variable, family]) => `${variable}: ${family};`);
  return `:root { color-scheme: light dark; ${[...declared, ...fonts].join(" ")} }`;
}
