/**
 * @file The playground in a real Chromium: built, served as `shatter play` does, trained in.
 */

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AxeResults } from "axe-core";
import type { Browser, Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openEngine, runtime } from "../../src/index.ts";
import { loadHere } from "../../src/play/load.ts";
import { createLibrary } from "../../src/run/subject.ts";
import { cropForRecipe } from "../../src/train/prepare.ts";
import { type TrialSpec, trialId } from "../../src/train/spec.ts";
import { type EpochRow, runTrial } from "../../src/train/trial.ts";
import { startPlay } from "../../src/web/play.ts";
import type { DashboardServer } from "../../src/web/serve-options.ts";
import { hasBrowser, openBrowser, openPage } from "../web/browser/browser.ts";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** A small race: 200 digits, four epochs. */
const SMALL = "#/race?n=200&model=mlp-1x64&p=50&epochs=4&seed=3";

/** The same trial on Node's engine. */
async function trainHere(spec: TrialSpec): Promise<EpochRow[]> {
  const library = createLibrary({ load: loadHere });
  const { name, train: n, test: testN } = spec.dataset;
  const splits = cropForRecipe(await library.splits({ name, n, testN }), spec.recipe);
  const rows: EpochRow[] = [];
  const engine = await openEngine(runtime, "cpu", 1);
  for await (const event of runTrial(spec, { model: await library.model(spec.model), splits }, engine)) {
    if (event.type === "epoch") rows.push(event.row);
  }
  return rows;
}

describe.skipIf(!hasBrowser())("the playground", () => {
  let folder: string;
  let browser: Browser;
  let server: DashboardServer;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "shatter-play-"));
    const configFile = join(import.meta.dirname, "..", "..", "vite.play.config.ts");
    await build({ configFile, logLevel: "error", build: { outDir: folder } });
    server = await startPlay(folder, 0);
    browser = await openBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const open = (hash: string) =>
    openPage(browser, { address: server.address.replace(/\/$/, "") }, `/${hash}`);

  /** Race to the end; what is said then. */
  async function race(page: Page): Promise<string> {
    await page.getByRole("button", { name: "Start", exact: true }).click();
    await page.locator(".came h2").waitFor();
    return (await page.locator(".race").textContent())!;
  }

  test("trains two networks to the numbers of the command line, and again without a connection", async () => {
    await using opened = await open(SMALL);
    const { page, complaints } = opened;
    await page.getByText("WebAssembly, a worker a network").waitFor();
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    const said = await race(page);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: /^spec/ }).last().click(),
    ]);
    const spec = JSON.parse(await readFile(await download.path(), "utf8")) as TrialSpec;
    expect(download.suggestedFilename()).toBe(`${await trialId(spec)}.json`);
    const rows = await trainHere(spec);
    const chart = page.locator('svg[aria-label^="Training loss"] g.right circle title');
    const [, loss] = /: ([\d.]+) at 4/.exec((await chart.last().textContent())!)!;
    // Sums of another library have another order: 1e-5 after four epochs, where rounding has not grown yet.
    expect(Math.abs(Number(loss) / rows.at(-1)!.trainLoss! - 1)).toBeLessThan(1e-5);
    await page.context().setOffline(true);
    await page.getByRole("button", { name: "Reset" }).click();
    expect(await race(page)).toBe(said);
    expect(complaints).toEqual([]);
  });

  test("is the same for whoever is sent its address, and says what of an address is nonsense", async () => {
    await using first = await open("#/race?n=200&model=mlp-1x64&epochs=4&seed=3&rate=fast");
    await first.page.getByText("rate: expected a number from 0.000001 to 10, got “fast”").waitFor();
    await first.page.getByRole("button", { name: "All right" }).click();
    await first.page.getByLabel(/^Random labels, right/).fill("50");
    const here = new URL(first.page.url()).hash;
    expect(readable(here)).toEqual(readable(SMALL));
    await using second = await open(here);
    await second.page.getByText("ready").first().waitFor();
    const sheet = async (page: Page): Promise<Buffer> => {
      await page.getByText("ready").nth(1).waitFor();
      return await page.getByRole("region", { name: "50 % random labels" }).screenshot();
    };
    expect(await sheet(second.page)).toEqual(await sheet(first.page));
  });

  test("is without fault for people who cannot see or point, in light and in dark, and fits a phone", async () => {
    await using opened = await open(SMALL);
    const { page, complaints } = opened;
    await race(page);
    await page.evaluate(await readFile(AXE, "utf8"));
    const faults = (): Promise<string[]> =>
      page.evaluate(async () => {
        const { axe } = globalThis as unknown as { axe: { run(): Promise<AxeResults> } };
        return (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 120)}`);
      });
    expect(await faults()).toEqual([]);
    await page.emulateMedia({ colorScheme: "dark" });
    await page.setViewportSize({ width: 390, height: 780 });
    expect(await faults()).toEqual([]);
    const over = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    await expect.poll(over).toBeLessThanOrEqual(0);
    expect(complaints).toEqual([]);
  });
});

/** What an address sets, in any order. */
const readable = (hash: string): string[] => [...new URLSearchParams(hash.split("?")[1])].map(String).sort();
