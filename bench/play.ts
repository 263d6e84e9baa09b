/**
 * @file Measures the playground in Chromium, as `npm run build:web` built it: bytes of the first load, time to the first
 * curve from a warm cache, the longest task of the page while training, and images a second.
 *
 * ```sh
 * npm run build:web && node bench/play.ts [races]
 * ```
 */

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { BUILT_PLAY } from "../src/web/built-page.ts";
import { startPlay } from "../src/web/play.ts";
import { openBrowser } from "../test/web/browser/browser.ts";

const races = Number(process.argv[2] ?? 3);

await using server = await startPlay(BUILT_PLAY, 0);
const browser = await openBrowser();
const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });

const asked = new Set<string>();
let done = false;
context.on("request", (request) => {
  if (!done && request.url().startsWith(server.address)) asked.add(new URL(request.url()).pathname);
});

/** What a page leaves behind for the measurement. */
interface Measured {
  first: number;
  tasks: number[];
  blank: number;
}

for (let race = 0; race <= races; race++) {
  const page = await context.newPage();
  await page.addInitScript(() => {
    const kept = { first: 0, tasks: [] as number[] };
    Object.assign(globalThis, { kept });
    new PerformanceObserver((list) =>
      kept.tasks.push(...list.getEntries().map(({ duration }) => duration)),
    ).observe({
      type: "longtask",
    });
    addEventListener("DOMContentLoaded", () => {
      const watch = (): void => {
        const start = [...document.querySelectorAll("button")].find(
          ({ textContent }) => textContent === "Start",
        );
        start?.click();
        if (document.querySelector(".curves polyline[points*=',']")) kept.first = performance.now();
        else requestAnimationFrame(watch);
      };
      watch();
    });
  });
  await page.goto(`${server.address}#/race?epochs=40`);
  await page.locator(".came h2").waitFor({ timeout: 300_000 });
  const { first, tasks } = await page.evaluate(() => (globalThis as unknown as { kept: Measured }).kept);
  const loading = tasks.filter((duration) => duration > 0);
  console.log(
    `${race === 0 ? "cold" : "warm"}: first curve after ${Math.round(first)} ms; tasks above 50 ms: ${loading.length}, longest ${Math.round(Math.max(0, ...loading))} ms`,
  );
  if (race === 0) done = true;
  await page.close();
}

// Two networks at once, from the first epoch to the last: images of training alone, evaluation included in the time.
const page = await context.newPage();
await page.goto(`${server.address}#/race?epochs=40&p=100`);
await page.getByText("ready").nth(1).waitFor();
await page.getByRole("button", { name: "Start", exact: true }).click();
const began = performance.now();
await page.locator(".came h2").waitFor({ timeout: 300_000 });
const seconds = (performance.now() - began) / 1000;
const rounds = Number(await page.locator(".epoch b").textContent());
console.log(
  `mlp-1x512 on digits: ${Math.round((1287 * rounds) / seconds)} images a second of the right network`,
);
await browser.close();

let [raw, gzip, brotli] = [0, 0, 0];
for (const path of asked) {
  const file = await readFile(join(BUILT_PLAY, path === "/" ? "index.html" : path));
  raw += file.length;
  gzip += gzipSync(file).length;
  brotli += brotliCompressSync(file).length;
}
const files = (await readdir(BUILT_PLAY, { recursive: true })).length;
console.log(
  `first load: ${asked.size} of ${files} files, ${(raw / 1e6).toFixed(2)} MB, gzip ${(gzip / 1e6).toFixed(2)} MB, brotli ${(brotli / 1e6).toFixed(2)} MB`,
);
