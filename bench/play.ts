/**
 * @file Measures the playground in Chromium, as `npm run build:web` built it: bytes of the first load, time to the first
 * curve from a warm cache, the longest tasks of the page from its load to the end of a race, and images a second.
 *
 * Of a task both are told: the time it took, during which the workers and whoever else is on the machine have their turns, and that
 * of the processor, which is what the page can mend.
 *
 * ```sh
 * npm run build:web && node bench/play.ts [races] [address after its path, as '#/race?epochs=40']
 * ```
 */

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { BUILT_PLAY } from "../src/web/built-page.ts";
import { startPlay } from "../src/web/play.ts";
import { openBrowser } from "../test/web/browser/browser.ts";

const races = Number(process.argv[2] ?? 3);
const hash = process.argv[3] ?? "#/race?epochs=40";

await using server = await startPlay(BUILT_PLAY, 0);
const browser = await openBrowser();
const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });

const asked = new Set<string>();
let done = false;
context.on("request", (request) => {
  if (!done && !request.serviceWorker() && request.url().startsWith(server.address))
    asked.add(new URL(request.url()).pathname);
});

/** Marks the page's main thread in the trace. */
const MARK = "shatter-play";

/** Events of Chromium's trace that are read: a task of a thread, in microseconds, or what was marked. */
interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly dur?: number;
  readonly tdur?: number;
}

/** The longest tasks of a page's main thread, in milliseconds as the clock and as the processor has it. */
function tellTasks(trace: Buffer): string {
  const { traceEvents } = JSON.parse(String(trace)) as { readonly traceEvents: readonly TraceEvent[] };
  const page = traceEvents.find(({ name }) => name === MARK);
  const tasks = traceEvents.filter(
    ({ name, pid, tid }) => name === "ThreadControllerImpl::RunTask" && pid === page?.pid && tid === page.tid,
  );
  const tell = (field: "dur" | "tdur"): string => {
    const took = tasks.map((task) => (task[field] ?? 0) / 1000).sort((a, b) => b - a);
    return `${took.filter((ms) => ms > 50).length}, longest ${took.slice(0, 3).map(Math.round).join(", ")} ms`;
  };
  return `tasks above 50 ms: ${tell("dur")}; of the processor's time: ${tell("tdur")}`;
}

for (let race = 0; race <= races; race++) {
  const page = await context.newPage();
  await page.addInitScript((mark) => {
    performance.mark(mark);
    addEventListener("DOMContentLoaded", () => {
      const watch = (): void => {
        const start = [...document.querySelectorAll("button")].find(
          ({ textContent }) => textContent === "Start",
        );
        start?.click();
        if (document.querySelector(".curves polyline[points*=',']"))
          document.documentElement.dataset["first"] = String(performance.now());
        else requestAnimationFrame(watch);
      };
      watch();
    });
  }, MARK);
  await browser.startTracing(page, { categories: ["toplevel", "blink.user_timing"] });
  await page.goto(`${server.address}${hash}`);
  await page.locator("[data-first]").waitFor();
  await page.evaluate(
    () =>
      document.querySelector(".came h2") ??
      new Promise((resolve) =>
        new MutationObserver(() => document.querySelector(".came h2") && resolve(0)).observe(document.body, {
          childList: true,
          subtree: true,
        }),
      ),
  );
  const first = await page.locator("[data-first]").getAttribute("data-first");
  const trace = await browser.stopTracing();
  console.log(
    `${race === 0 ? "cold" : "warm"}: first curve after ${Math.round(Number(first))} ms; ${tellTasks(trace)}`,
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
