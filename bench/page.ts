/**
 * @file Times the dashboard's page in a real Chromium: `node bench/page.ts --lab folder [--minutes 3]`.
 *
 * The folder is one that `bench/dashboard.ts --lab folder` has filled. Prints when each page is first useful, how long a
 * filter takes from the click to the rows, and how the page's heap grows while trials change twice a second.
 */

import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { sql } from "kysely";
import type { Page } from "playwright-core";
import { openLabContents } from "../src/lab/contents.ts";
import { openNetworks } from "../src/lab/networks.ts";
import type { DatabaseLab } from "../src/lab/open.ts";
import { LAB_SCHEMA } from "../src/store/database.ts";
import { openEmbedded } from "../src/store/node/open.ts";
import { startServer } from "../src/web/server.ts";
import { buildPage, openBrowser, openPage } from "../test/web/browser/browser.ts";

const { values } = parseArgs({
  options: { lab: { type: "string" }, minutes: { type: "string", default: "3" } },
});
if (values.lab === undefined)
  throw new Error("bench/page.ts: expected --lab folder, filled by bench/dashboard.ts --lab folder");

/** Times a page is opened. */
const REPEATS = 5;
/** Trials that change at once. */
const CHANGING = 50;

const refuse = async (): Promise<never> => {
  throw new Error("bench/page.ts: expected only to be read");
};
const database = await openEmbedded(values.lab);
const lab: DatabaseLab = {
  database,
  start: refuse,
  cancel: refuse,
  retry: refuse,
  document: refuse,
  contents: openLabContents(database, values.lab),
  networks: openNetworks(values.lab),
  [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
};
const server = await startServer({
  lab,
  page: await buildPage(await mkdtemp(join(tmpdir(), "shatter-page-"))),
});
const stage = { address: server.address.replace(/\/$/, "") };
const browser = await openBrowser();

const median = (times: readonly number[]): number => [...times].sort((a, b) => a - b)[times.length >> 1]!;
const tell = (what: string, times: readonly number[]): void =>
  console.log(
    `${what}: median ${Math.round(median(times))} ms, slowest ${Math.round(Math.max(...times))} ms`,
  );

/** Milliseconds from asking for an address to the first thing of use, by the page's own clock. */
async function firstUse(path: string, useful: string): Promise<number> {
  await using opened = await openPage(browser, stage, path);
  await opened.page.waitForSelector(useful);
  return await opened.page.evaluate(
    () => new Promise<number>((resolve) => requestAnimationFrame(() => resolve(performance.now()))),
  );
}

const [experiment] = (await (await fetch(`${stage.address}/api/experiments`)).json()) as { id: string }[];
for (const [path, useful] of [
  ["/", "ul.experiments li"],
  [`/experiments/${experiment!.id}`, ".strip"],
  ["/trials", "table.trials tbody tr"],
] as const) {
  const times: number[] = [];
  for (let turn = 0; turn < REPEATS; turn++) times.push(await firstUse(path, useful));
  tell(`${path.replace(experiment!.id, ":id")} is of use`, times);
}

/** Milliseconds from a choice to its rows on the screen. */
const choose = (page: Page, label: string, value: string): Promise<number> =>
  page.evaluate(
    ([name, chosen]) =>
      new Promise<number>((resolve) => {
        const select = [...document.querySelectorAll("label.field")]
          .find((field) => field.querySelector("span")?.textContent === name)!
          .querySelector("select")!;
        const under = document.querySelector(".under")!;
        const began = performance.now();
        const observer = new MutationObserver(() => {
          observer.disconnect();
          requestAnimationFrame(() => resolve(performance.now() - began));
        });
        observer.observe(under, { subtree: true, characterData: true, childList: true });
        select.value = chosen!;
        select.dispatchEvent(new Event("change", { bubbles: true }));
      }),
    [label, value] as const,
  );

{
  await using opened = await openPage(browser, stage, "/trials");
  const { page } = opened;
  await page.waitForSelector("table.trials tbody tr");
  const times: number[] = [];
  for (const [label, value] of [
    ["Model", "model-3"],
    ["Inputs", "shuffled"],
    ["Labels redrawn", "0.5"],
    ["Labels redrawn", ""],
    ["Inputs", ""],
    ["Model", ""],
    ["Model", "model-5"],
    ["Seed", "7"],
  ] as const)
    times.push(await choose(page, label, value));
  tell("filtering 10,000 trials", times);
}

{
  const minutes = Number(values.minutes);
  await using opened = await openPage(browser, stage, "/trials?state=running");
  const { page, complaints } = opened;
  await page.waitForSelector("table.trials tbody tr");
  const session = await page.context().newCDPSession(page);
  const heap = async (): Promise<number> => {
    await session.send("HeapProfiler.collectGarbage");
    return (await session.send("Runtime.getHeapUsage")).usedSize / 2 ** 20;
  };
  const trials = sql.table(`${LAB_SCHEMA}.trials`);
  const until = performance.now() + minutes * 60_000;
  // The first half minute fills caches.
  let first: number | undefined;
  let updates = 0;
  let told = performance.now();
  while (performance.now() < until) {
    const next = performance.now() + 500;
    await sql`update ${trials} set epoch = (epoch + 1) % epochs_allowed, train_loss = random(), updated_at = now()
      where id in (select id from ${trials} where state = 'running' order by id limit ${CHANGING})`.execute(
      database.tables,
    );
    updates++;
    if (performance.now() - told > 30_000) {
      told = performance.now();
      const now = await heap();
      first ??= now;
      console.log(
        `after ${updates} updates: heap ${now.toFixed(2)} MiB, ${await page.evaluate(() => document.getElementsByTagName("*").length)} elements`,
      );
    }
    await sleep(Math.max(0, next - performance.now()));
  }
  const last = await heap();
  console.log(
    `heap grew by ${((last - (first ?? last)) * 1024).toFixed(0)} KiB over ${updates} updates; complaints: ${complaints.join(" | ") || "none"}`,
  );
}

await browser.close();
await server[Symbol.asyncDispose]();
await lab[Symbol.asyncDispose]();
