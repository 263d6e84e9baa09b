/**
 * @file Takes the pictures of `docs/dashboard/`: every page of the dashboard on a lab of the records, at a desk and on
 * a phone, light and dark.
 *
 * ```sh
 * SHATTER_DATA=<folder with CIFAR-10> node scripts/screenshots.ts [folder] [part of a name]
 * ```
 */

import { mkdir, mkdtemp, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import sharp from "sharp";
import { openBrowser, openPage, openStage } from "../test/web/browser/browser.ts";
import { tellAgain } from "../test/web/records-lab.ts";

const [folder = join(import.meta.dirname, "..", "docs", "dashboard"), only = ""] = process.argv.slice(2);

/** Trials of figure 1b that are not done in the pictures. */
const HELD_FROM = 0.7;
/** Trials that are shown while they run, and the epochs they have done. */
const RUNNING = 2;
const EPOCHS = 11;
const BEAT_MS = 5_000;

const isHeld = ({ spec }: { readonly spec: { readonly corrupt: number } }, experiment: string): boolean =>
  experiment === "figure-1b" && spec.corrupt >= HELD_FROM && spec.corrupt < 1;

const target = resolve(folder);
await mkdir(target, { recursive: true });
// So that the pictures name no folder of this machine.
const place = await mkdtemp(join(tmpdir(), "shatter-pictures-"));
process.chdir(place);
await using stage = await openStage({ isHeld, dataDir: process.env["SHATTER_DATA"], folder: place });
const { lab, filled } = stage;
for (const trial of filled.held.slice(0, RUNNING)) {
  const teller = await tellAgain(lab, trial);
  await teller.tell(EPOCHS);
  setInterval(() => void teller.beat(), BEAT_MS).unref();
}
const done = await lab.database.tables
  .selectFrom("trials")
  .select("id")
  .where("model", "=", "mlp-3x512")
  .where("corrupt", "=", 0)
  .where("state", "=", "done")
  .orderBy("epoch", "desc")
  .executeTakeFirstOrThrow();

const PAGES = {
  experiments: "/",
  start: "/?start=figure-1b",
  experiment: "/experiments/figure-1b-paper",
  trials: "/trials?dataset=cifar10&sort=-testAccuracy",
  trial: `/trials/${done.id}`,
  running: `/trials/${filled.held[0]!.result.id}`,
  compare:
    "/compare?model=mlp-1x512&dataset=cifar10&corrupt=0,1&seed=0,1,2&by=inputs,corrupt&singles=1&metric=trainAccuracy",
  data: "/data?dataset=cifar10&inputs=shuffled&corrupt=0.5",
  theories: "/theories",
  theory: "/theories/2026-11-21_theory-implicit_mnist",
  workers: "/workers",
};
const SIZES = { desktop: { width: 1280, height: 860 }, phone: { width: 390, height: 780 } };
/** Colors of a picture; charts and text need few. */
const COLORS = 64;

const browser = await openBrowser();
let total = 0;
for (const [name, path] of Object.entries(PAGES)) {
  for (const [device, size] of Object.entries(SIZES)) {
    for (const scheme of ["light", "dark"] as const) {
      const file = `${name}-${device}-${scheme}.png`;
      if (!file.includes(only)) continue;
      await using opened = await openPage(browser, stage, path, { ...size, scheme });
      const { page, complaints } = opened;
      await page.waitForLoadState("load");
      // The stream of events never ends, so the network is never idle: all is there when nothing says it loads.
      await page.waitForFunction(() => document.querySelector("h1") && !document.querySelector(".loading"));
      await page.evaluate(() => {
        for (const image of document.images) image.loading = "eager";
      });
      await page.waitForFunction(() => [...document.images].every((image) => image.complete));
      await page.waitForTimeout(400);
      // Pages are shown from their top; charts lie below the fold on a phone.
      const shot = await page.screenshot({
        clip: { x: 0, y: 0, ...size, height: size.height * (device === "phone" ? 1.6 : 1.35) },
        fullPage: true,
      });
      const picture = await sharp(shot)
        .png({ palette: true, colors: COLORS, compressionLevel: 9, effort: 10 })
        .toBuffer();
      await writeFile(join(target, file), picture);
      const { size: bytes } = await stat(join(target, file));
      total += bytes;
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      console.log(
        `${file}: ${Math.round(bytes / 1024)} KiB${overflow > 0 ? `, WIDER THAN THE WINDOW BY ${overflow}` : ""}${complaints.length > 0 ? `, ${complaints.join(" | ")}` : ""}`,
      );
    }
  }
}
await browser.close();
console.log(
  `${Math.round(total / 1024)} KiB in all; the server's errors: ${stage.errors.join(" | ") || "none"}`,
);
