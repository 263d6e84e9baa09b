/**
 * @file Takes the pictures of `docs/playground/`: the built playground at a desk and on a phone, light and dark.
 *
 * ```sh
 * npm run build:web && node scripts/play-pictures.ts [folder] [part of a name]
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
/** Pictures: the address, the size, and how far the race is: before it, in it, or after it; `computed` is a page without one. */
const PICTURES = {
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
} as const;
const COLORS = 64;

const target = resolve(folder);
await mkdir(target, { recursive: true });
await using server = await startPlay(BUILT_PLAY, 0);
const browser = await openBrowser();
for (const [name, [hash, size, scheme, when]] of Object.entries(PICTURES)) {
  if (!name.includes(only)) continue;
  const place = { address: server.address.replace(/\/$/, "") };
  await using opened = await openPage(browser, place, `/${hash}`, { ...size, scheme });
  const { page, complaints } = opened;
  page.setDefaultTimeout(300_000);
  if (when === "computed") {
    await page.getByText(/^(The network takes|The norms lie between|Test error: )/).waitFor();
  } else await page.getByText("ready").nth(1).waitFor();
  if (when !== "before" && when !== "computed") {
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
