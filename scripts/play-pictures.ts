/**
 * @file Takes the pictures of `docs/playground/`: the built playground at a desk and on a phone, light and dark; or, to look at,
 * of every page and state in all four.
 *
 * ```sh
 * npm run build:web && node scripts/play-pictures.ts [folder] [part of a name, or "every"]
 * ```
 */

import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import sharp from "sharp";
import { BUILT_PLAY } from "../src/web/built-page.ts";
import { startPlay } from "../src/web/play.ts";
import { openBrowser, openPage } from "../test/web/browser/browser.ts";

const [folder = join(import.meta.dirname, "..", "docs", "playground"), only = ""] = process.argv.slice(2);

const DESKTOP = { width: 1280, height: 860 };
const PHONE = { width: 390, height: 844 };
/** The address, the size, and how far the race is: before it, after it, or failed; `computed` is a page without one. */
type Shot = readonly [
  hash: string,
  size: { readonly width: number; readonly height: number },
  scheme: "light" | "dark",
  when: "before" | "after" | "whole" | "failed" | "computed",
];
const PICTURES: Readonly<Record<string, Shot>> = {
  "predict-desktop-light": ["#/race", DESKTOP, "light", "before"],
  "race-desktop-light": ["#/race?p=40", DESKTOP, "light", "after"],
  "race-desktop-dark": ["#/race", DESKTOP, "dark", "after"],
  "whole-desktop-light": ["#/race?inputs=shuffled", DESKTOP, "light", "whole"],
  "tour-desktop-dark": ["#/race?tour=3&inputs=shuffled", DESKTOP, "dark", "before"],
  "projector-desktop-light": ["#/race?big=1", DESKTOP, "light", "after"],
  "race-phone-light": ["#/race", PHONE, "light", "after"],
  "predict-phone-dark": ["#/race", PHONE, "dark", "before"],
  "theorem-desktop-light": ["#/theorem-1?view=d:2;a:30", DESKTOP, "light", "computed"],
  "norm-desktop-dark": ["#/minimum-norm?view=t:0.6", DESKTOP, "dark", "computed"],
  "norm-phone-light": ["#/minimum-norm", PHONE, "light", "computed"],
  "descent-desktop-light": ["#/double-descent", DESKTOP, "light", "computed"],
  "theorem-phone-dark": ["#/theorem-1", PHONE, "dark", "computed"],
};
/** Every page and state. */
const STATES: Readonly<Record<string, readonly [hash: string, when: Shot[3]]>> = {
  predict: ["#/race", "before"],
  race: ["#/race?p=40&n=400&epochs=30", "whole"],
  shuffled: ["#/race?inputs=shuffled&n=400&epochs=30", "after"],
  shapes: ["#/race?data=shapes&n=200&model=linear&epochs=20", "whole"],
  tour: ["#/race?tour=3&inputs=shuffled", "before"],
  projector: ["#/race?big=1&n=400&epochs=30", "after"],
  own: ["#/race?data=own", "failed"],
  webgpu: ["#/race?device=webgpu", "failed"],
  nonsense: ["#/race?rate=fast&colour=red&p=101", "before"],
  theorem: ["#/theorem-1?view=d:2;a:30", "computed"],
  norm: ["#/minimum-norm", "computed"],
  descent: ["#/double-descent", "computed"],
};
const EVERY: Readonly<Record<string, Shot>> = Object.fromEntries(
  Object.entries(STATES).flatMap(([name, [hash, when]]) =>
    (["light", "dark"] as const).flatMap((scheme) => [
      [`${name}-desktop-${scheme}`, [hash, DESKTOP, scheme, when]],
      [`${name}-phone-${scheme}`, [hash, PHONE, scheme, when]],
    ]),
  ),
);
const COLORS = 64;

const target = resolve(folder);
await mkdir(target, { recursive: true });
await using server = await startPlay(BUILT_PLAY, 0);
const browser = await openBrowser();
for (const [name, [hash, size, scheme, when]] of Object.entries(only === "every" ? EVERY : PICTURES)) {
  if (only !== "every" && !name.includes(only)) continue;
  const place = { address: server.address.replace(/\/$/, "") };
  await using opened = await openPage(browser, place, `/${hash}`, { ...size, scheme });
  const { page, complaints } = opened;
  page.setDefaultTimeout(300_000);
  if (when === "computed") {
    await page.getByText(/^(The network takes|The norms lie between|Test error: )/).waitFor();
  } else if (when === "failed") await page.getByText("could not be trained").nth(1).waitFor();
  else await page.getByText("ready").nth(1).waitFor();
  if (when === "after" || when === "whole") {
    await page.getByRole("button", { name: "Start", exact: true }).click();
    await page.locator(".came h2").waitFor();
    // What needs no hurry follows.
    await page.waitForTimeout(800);
  }
  const height = size.height * (size === PHONE ? 1.7 : 1.2);
  const shot = await page.screenshot(
    when === "whole" ? { fullPage: true } : { fullPage: true, clip: { x: 0, y: 0, ...size, height } },
  );
  const picture = await sharp(shot)
    .png({ palette: true, colors: COLORS, compressionLevel: 9, effort: 10 })
    .toBuffer();
  await writeFile(join(target, `${name}.png`), picture);
  console.log(`${name}: ${Math.round(picture.length / 1024)} KiB ${complaints.join(" | ")}`);
}
await browser.close();
