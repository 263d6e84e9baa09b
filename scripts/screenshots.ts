/**
 * @file Takes pictures of every page and state of the dashboard and of reports, at a desk and on a phone, light and dark: on a lab of
 * the records, an empty one, and with reports of the records.
 *
 * ```sh
 * SHATTER_DATA=<folder with CIFAR-10> node scripts/screenshots.ts          those that `docs/dashboard.md` shows, to `docs/dashboard`
 * SHATTER_DATA=<folder with CIFAR-10> node scripts/screenshots.ts <folder> [part of a name]      all of them
 * ```
 */

import { mkdir, mkdtemp, readFile, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import sharp from "sharp";
import { writeReport } from "../src/report/node/write.ts";
import { parseResult } from "../src/report/parse-result.ts";
import { openBrowser, openPage, openStage } from "../test/web/browser/browser.ts";
import { tellAgain } from "../test/web/records-lab.ts";

const ROOT = join(import.meta.dirname, "..");
const [given, only = ""] = process.argv.slice(2);
const target = resolve(given ?? join(ROOT, "docs", "dashboard"));
const shown = await readFile(join(ROOT, "docs", "dashboard.md"), "utf8");
/** Whether a picture is taken. */
const isWanted = (name: string): boolean =>
  given === undefined ? shown.includes(`dashboard/${name}.png`) : name.includes(only);

/** Trials of figure 1b that are not done in the pictures. */
const HELD_FROM = 0.7;
/** Trials that are shown while they run, and the epochs they have done; the next one fails. */
const RUNNING = 2;
const EPOCHS = 11;
const BEAT_MS = 5_000;
/** Failures after which a trial is given up. */
const FAILURES = 3;

const SIZES = { desktop: { width: 1280, height: 860 }, phone: { width: 390, height: 780 } };
const SCHEMES = ["light", "dark"] as const;
/** Colors of a picture; charts and text need few. */
const COLORS = 64;

await mkdir(target, { recursive: true });
// So that the pictures name no folder of this machine.
const place = await mkdtemp(join(tmpdir(), "shatter-pictures-"));
process.chdir(place);
const browser = await openBrowser();
let total = 0;

/** Take the picture of what a page shows, from its top; charts lie below the fold on a phone. */
async function take(name: string, page: Page, device: keyof typeof SIZES, complaints: readonly string[]) {
  const size = SIZES[device];
  await page.evaluate(() => {
    for (const image of document.images) image.loading = "eager";
  });
  await page.waitForFunction(() => [...document.images].every((image) => image.complete));
  await page.waitForTimeout(400);
  const shot = await page.screenshot({
    clip: { x: 0, y: 0, ...size, height: size.height * (device === "phone" ? 1.6 : 1.35) },
    fullPage: true,
  });
  const path = join(target, `${name}.png`);
  await writeFile(
    path,
    await sharp(shot).png({ palette: true, colors: COLORS, compressionLevel: 9, effort: 10 }).toBuffer(),
  );
  const { size: bytes } = await stat(path);
  total += bytes;
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  const wide = overflow > 0 ? `, WIDER THAN THE WINDOW BY ${overflow}` : "";
  console.log([`${name}: ${Math.round(bytes / 1024)} KiB${wide}`, ...complaints].join(" | "));
}

/** Take pages of a site in every size and scheme. */
async function takeAll(site: { readonly address: string }, pages: Readonly<Record<string, string>>) {
  for (const [page, path] of Object.entries(pages)) {
    for (const device of Object.keys(SIZES) as (keyof typeof SIZES)[]) {
      for (const scheme of SCHEMES) {
        const name = `${page}-${device}-${scheme}`;
        if (!isWanted(name)) continue;
        await using opened = await openPage(browser, site, path, { ...SIZES[device], scheme });
        await opened.page.waitForLoadState("load");
        // The stream of events never ends, so the network is never idle: all is there when nothing says it loads.
        await opened.page.waitForFunction(
          () => document.querySelector("h1") && !document.querySelector(".loading"),
        );
        await take(name, opened.page, device, opened.complaints);
      }
    }
  }
}

/** A lab of the records: trials that are done, run, wait and failed. */
async function takeLab(): Promise<void> {
  const isHeld = ({ spec }: { readonly spec: { readonly corrupt: number } }, experiment: string): boolean =>
    experiment === "figure-1b" && spec.corrupt >= HELD_FROM && spec.corrupt < 1;
  await using stage = await openStage({ isHeld, dataDir: process.env["SHATTER_DATA"], folder: place });
  const { lab, filled } = stage;
  const running = filled.held.slice(0, RUNNING);
  const tellers = await Promise.all(running.map((trial) => tellAgain(lab, trial)));
  for (const teller of tellers) await teller.tell(EPOCHS);
  const beats = setInterval(() => tellers.forEach((teller) => void teller.beat()), BEAT_MS);
  const failed = filled.held[RUNNING]!;
  for (let failure = 0; failure < FAILURES; failure++) {
    const teller = await tellAgain(lab, failed);
    await teller.fail("the trial's process was killed by SIGKILL (out of memory? try fewer `jobs`)");
  }
  const done = await lab.database.tables
    .selectFrom("trials")
    .select("id")
    .where("model", "=", "mlp-3x512")
    .where("corrupt", "=", 0)
    .where("state", "=", "done")
    .orderBy("epoch", "desc")
    .executeTakeFirstOrThrow();
  await takeAll(stage, {
    experiments: "/",
    start: "/?start=figure-1b",
    experiment: "/experiments/figure-1b-paper",
    "experiment-done": "/experiments/table-4-paper",
    trials: "/trials?dataset=cifar10&sort=-testAccuracy",
    trial: `/trials/${done.id}`,
    running: `/trials/${running[0]!.result.id}`,
    failed: `/trials/${failed.result.id}`,
    waiting: `/trials/${filled.held[RUNNING + 1]!.result.id}`,
    compare:
      "/compare?model=mlp-1x512&dataset=cifar10&corrupt=0,1&seed=0,1,2&by=inputs,corrupt&singles=1&metric=trainAccuracy",
    data: "/data?dataset=cifar10&inputs=shuffled&corrupt=0.5",
    theories: "/theories",
    theory: "/theories/2026-11-21_theory-implicit_mnist",
    workers: "/workers",
    nowhere: "/nowhere",
  });
  clearInterval(beats);
  if (stage.errors.length > 0) console.log(`the server's errors: ${stage.errors.join(" | ")}`);
}

/** A lab in which nothing is. */
async function takeEmpty(): Promise<void> {
  await using stage = await openStage({ isEmpty: true });
  const pages = ["experiments", "trials", "compare", "theories", "data", "workers"];
  const paths = pages.map((page) => [`empty-${page}`, page === "experiments" ? "/" : `/${page}`]);
  await takeAll(stage, Object.fromEntries(paths));
}

/** Reports of all kinds. */
async function takeReports(): Promise<void> {
  const records = {
    "report-test": "2026-11-21_cifar10-every-randomization",
    "report-experiment": "2026-11-21_figure-1b_mlps",
    "report-theory": "2026-11-21_theory-kernel_mnist",
  };
  const reports = join(place, "reports");
  for (const [name, record] of Object.entries(records)) {
    const path = join(ROOT, "records", record, "result.json");
    const result = parseResult(await readFile(path, "utf8"), path);
    await writeReport(result, join(reports, name), ["html"]);
  }
  const paths = Object.keys(records).map((name) => [name, `/${name}/index.html`]);
  await takeAll({ address: pathToFileURL(reports).href }, Object.fromEntries(paths));
}

if (given === undefined || !only.startsWith("report")) await takeLab();
if (given !== undefined && (only === "" || only.startsWith("empty"))) await takeEmpty();
if (given !== undefined && (only === "" || only.startsWith("report"))) await takeReports();
await browser.close();
console.log(`${Math.round(total / 1024)} KiB in all`);
