/**
 * @file A card to share: the curves and one line of what came out, as SVG of the size that social sites show.
 */

import { html, type Markup, textOf } from "../report/html/escape.ts";
import type { Lane } from "./race.ts";

const WIDTH = 1200;
const HEIGHT = 630;
const CHART = { left: 136, top: 305, width: 1004, height: 235 };
/** Letters of a line of the headline, and lines. */
const LETTERS = 44;
const LINES = 3;
const BLUE = "#0072b2";
const ORANGE = "#d55e00";

/** Words in lines of at most some letters. */
export function wrap(text: string, most: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= most)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Where a share is on the chart, from the top. */
const down = (share: number): number => CHART.top + CHART.height * (1 - share);

function curve({ rows }: Lane, field: "trainAccuracy" | "testAccuracy", color: string, most: number): Markup {
  const points = rows.flatMap(({ epoch, [field]: share }) => {
    if (share === null) return [];
    const x = CHART.left + (CHART.width * (epoch - 1)) / (most - 1);
    return [`${x.toFixed(1)},${down(share).toFixed(1)}`];
  });
  const dashes = field === "testAccuracy" ? "12 9" : "none";
  return html`<polyline points="${points.join(" ")}" fill="none" stroke="${color}" stroke-width="5" stroke-linejoin="round" stroke-dasharray="${dashes}"/>`;
}

/** The card of a race, a whole document. */
export function cardSvg(headline: string, under: string, left: Lane, right: Lane, rightName: string): string {
  const most = Math.max(left.rows.length, right.rows.length, 2);
  const title = wrap(headline, LETTERS)
    .slice(0, LINES)
    .map(
      (line, at) =>
        html`<text x="60" y="${96 + 58 * at}" font-size="44" font-weight="600" font-family="Georgia, 'DejaVu Serif', serif">${line}</text>`,
    );
  const grid = [0, 0.5, 1].map(
    (share) =>
      html`<line x1="${CHART.left}" x2="${CHART.left + CHART.width}" y1="${down(share)}" y2="${down(share)}" stroke="#dcdcd5" stroke-width="2"/><text x="${CHART.left - 12}" y="${down(share) + 8}" text-anchor="end" font-size="24" fill="#5a6066">${100 * share} %</text>`,
  );
  return textOf(html`<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, 'DejaVu Sans', sans-serif" fill="#1f2326">
<rect width="${WIDTH}" height="${HEIGHT}" fill="#fdfdfb"/>
${title}
<text x="60" y="268" font-size="25"><tspan fill="${BLUE}">true labels</tspan><tspan dx="24" fill="#b04c00">${rightName.toLowerCase()}</tspan><tspan dx="24" fill="#5a6066">solid: training accuracy, dashed: test, over ${most} epochs</tspan></text>
${grid}
${curve(left, "testAccuracy", BLUE, most)}${curve(left, "trainAccuracy", BLUE, most)}
${curve(right, "testAccuracy", ORANGE, most)}${curve(right, "trainAccuracy", ORANGE, most)}
<text x="60" y="600" font-size="22" fill="#5a6066">${under}</text>
</svg>
`);
}
