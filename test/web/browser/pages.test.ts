/**
 * @file Every page of the dashboard in a real browser, on a lab of the records: what it shows, how it is filtered, what
 * it gives away, and whether everybody can use it.
 */

import { mkdtemp, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AxeResults, RunOptions } from "axe-core";
import type { Browser, Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { emptyLab } from "../../store/databases.ts";
import { hasBrowser, openBrowser, openPage, openStage, type Stage } from "./browser.ts";

/** What axe-core leaves in a page. */
interface Axe {
  readonly axe: { run(options: RunOptions): Promise<AxeResults> };
}

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

describe.skipIf(!hasBrowser())("the pages of the dashboard", () => {
  let stage: Stage;
  let browser: Browser;
  /** Of a trial that is done: the paper's network on random labels. */
  let done: string;
  let paths: Readonly<Record<string, string>>;

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), "shatter-pages-"));
    await emptyLab(join(folder, "shatter-lab"));
    stage = await openStage({
      folder,
      isHeld: ({ spec }, experiment) => experiment === "figure-1b" && spec.corrupt > 0.75,
    });
    browser = await openBrowser();
    const row = await stage.lab.database.tables
      .selectFrom("results")
      .innerJoin("trials", "trials.id", "results.trial_id")
      .select("trials.id")
      .where("model", "=", "mlp-3x512")
      .where("corrupt", "=", 0)
      .executeTakeFirstOrThrow();
    done = row.id;
    paths = {
      experiments: "/",
      "the dialog to start one": "/?start=figure-1b",
      experiment: "/experiments/figure-1b-paper",
      trials: "/trials",
      trial: `/trials/${done}`,
      "a trial that waits": `/trials/${stage.filled.held[0]!.result.id}`,
      compare: "/compare?model=mlp-1x512&corrupt=0,1",
      data: "/data?dataset=shapes&inputs=shuffled&corrupt=0.5",
      theories: "/theories",
      theory: "/theories/2026-11-21_theory-kernel_mnist",
      workers: "/workers",
      "no page": "/nowhere",
    };
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.[Symbol.asyncDispose]();
  });

  /** Open an address, and wait until nothing says that it loads. */
  async function open(path: string, options: Parameters<typeof openPage>[3] = {}) {
    const opened = await openPage(browser, stage, path, options);
    await settle(opened.page);
    return opened;
  }

  const settle = (page: Page) =>
    page.waitForFunction(() => document.querySelector("h1") && !document.querySelector(".loading"));

  /** What a click gives to take away. */
  async function take(page: Page, name: RegExp): Promise<{ name: string; bytes: Buffer }> {
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByLabel(name).first().click(),
    ]);
    return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
  }

  test("are without fault for people who cannot see or point, in light and in dark, fit a phone, and complain of nothing", async () => {
    const faults: string[] = [];
    for (const [name, path] of Object.entries(paths)) {
      await using opened = await open(path);
      const { page, complaints } = opened;
      await page.evaluate(await readFile(AXE, "utf8"));
      const check = async (what: string, options: RunOptions): Promise<void> => {
        const { violations } = await page.evaluate(
          (given): Promise<AxeResults> => (globalThis as unknown as Axe).axe.run(given),
          options,
        );
        for (const { id, impact, nodes } of violations) {
          if (impact !== "serious" && impact !== "critical") continue;
          const where = nodes.slice(0, 3).map(({ html }) => html.slice(0, 120));
          faults.push(`${name}, ${what}: ${id}: ${where.join(" ")}`);
        }
      };
      await check("light", { resultTypes: ["violations"] });
      // All but colors is the same in the dark.
      await page.emulateMedia({ colorScheme: "dark" });
      await check("dark", { resultTypes: ["violations"], runOnly: ["color-contrast"] });
      await page.setViewportSize({ width: 390, height: 780 });
      const over = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      await expect.poll(over, { message: `${name} is wider than a phone, in pixels` }).toBeLessThanOrEqual(0);
      faults.push(...complaints.map((complaint) => `${name}: ${complaint}`));
    }
    expect(faults).toEqual([]);
    expect(stage.errors).toEqual([]);
    // A dozen pages, and axe looks at every element of each.
  });

  test("show an experiment beside the paper: a curve, a table, claims", async () => {
    await using opened = await open(paths["experiment"]!);
    const { page } = opened;
    const chart = page.locator("figure svg.chart").first();
    await chart.waitFor();
    const told = await chart.locator("desc").textContent();
    expect(told).toMatch(/mlp-1x512: ours 1.00.* at 0 %.*; the paper 1.00.* at 0 %/);
    await page.getByText("Its numbers").first().click();
    const rows = page.locator("figure table").first().locator("tbody tr");
    const ours = rows.filter({ hasText: "mlp-1x512" });
    // A count does not wait: for the last row, and for what comes after the figure.
    await ours.nth(10).waitFor();
    await expect.poll(() => ours.count()).toBe(11);
    await page.locator("ol.claims > li").first().waitFor();
    await page.getByRole("img", { name: /16 done, 6 waiting, of 22/ }).waitFor();
  });

  test("give away every chart and table as files", async () => {
    await using opened = await open(paths["experiment"]!);
    const { page } = opened;
    const svg = await take(page, /^SVG, Time to overfit/);
    expect(svg.name).toMatch(/figure-1b.*\.svg$/);
    expect(svg.bytes.toString()).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    const png = await take(page, /^PNG, Time to overfit/);
    expect((await sharp(png.bytes).metadata()).format).toBe("png");
    const csv = await take(page, /^CSV, Time to overfit/);
    expect(csv.bytes.toString()).toMatch(/^series,source,x,y,low,high,n\n/);
    const json = await take(page, /^JSON, Time to overfit/);
    expect(JSON.parse(json.bytes.toString())).toMatchObject({
      schema: "shatter/experiment@1",
      name: "figure-1b",
    });
    const md = await take(page, /^MD,/);
    expect(md.bytes.toString()).toMatch(/^# .*\n[\s\S]*\| ---/);
    const tex = await take(page, /^TEX,/);
    expect(tex.bytes.toString()).toContain("\\begin{tabular}");
  });

  test("give away a trial's curves, drawn by the page itself", async () => {
    await using opened = await open(paths["trial"]!);
    const { page, complaints } = opened;
    const svg = await take(page, /^SVG, Accuracy by epoch/);
    expect(svg.bytes.toString()).toContain("test, on the true labels");
    const png = await take(page, /^PNG, Accuracy by epoch/);
    expect(await sharp(png.bytes).metadata()).toMatchObject({ format: "png", width: 1440 });
    const csv = await take(page, /^CSV, Accuracy by epoch/);
    const { history } = (await (await fetch(`${stage.address}/api/trials/${done}/result`)).json()).result;
    expect(csv.bytes.toString().trim().split("\n").slice(1)).toHaveLength(2 * history.length);
    const confusion = await take(page, /^CSV, Confusion matrix/);
    expect(
      confusion.bytes
        .toString()
        .trim()
        .split(/[\n,]/)
        .map(Number)
        .reduce((sum, n) => sum + n),
    ).toBe(10_000);
    expect(complaints).toEqual([]);
  });

  test("filter and sort trials, with all of it in the address, and go back", async () => {
    await using opened = await open("/trials");
    const { page } = opened;
    const rows = page.locator("table.trials tbody tr");
    const all = await rows.count();
    expect(all).toBe(stage.filled.trials);
    await page.getByRole("combobox", { name: "Model" }).selectOption("mlp-3x512");
    await page
      .getByText(/^\d+ trials\.$/)
      .filter({ hasNotText: `${all}` })
      .waitFor();
    const some = await rows.count();
    expect(some).toBeLessThan(all);
    await expect.poll(() => rows.filter({ hasText: "mlp-3x512" }).count()).toBe(some);
    await page.getByLabel("waiting").check();
    await page.getByText("3 trials.").waitFor();
    expect(new URL(page.url()).search).toBe("?model=mlp-3x512&state=waiting");
    await page.getByRole("button", { name: "Trained on" }).click();
    await page.locator('th[aria-sort="ascending"]').waitFor();
    await page.goBack();
    await page.goBack();
    await page.goBack();
    await page.getByText(`${all} trials.`).waitFor();
    expect(new URL(page.url()).search).toBe("");
    await page.goForward();
    await page.getByText(`${some} trials.`).waitFor();
    // Nothing a filter says can be found, and the page says so.
    await page.getByLabel("Id or error").fill("%' or 1=1 --");
    await page.getByText("No trial meets these filters.").waitFor();
    await page.getByRole("button", { name: "Clear filters" }).click();
    await page.getByText(`${all} trials.`).waitFor();
    const csv = await take(page, /^CSV, All/);
    expect(csv.bytes.toString().trim().split("\n")).toHaveLength(all + 1);
    const tex = await take(page, /^TEX, All/);
    expect(tex.bytes.toString()).toContain(done);
  });

  test("compare trials: means over seeds with bands, and single seeds on demand", async () => {
    await using opened = await open("/compare?dataset=cifar10&model=mlp-1x512&by=inputs&corrupt=0");
    const { page } = opened;
    const chart = page.getByRole("img", { name: "Test accuracy by epoch" });
    await chart.waitFor();
    const gray = chart.locator('path[stroke-width="0.75"]');
    const bands = chart.locator('g[fill-opacity="0.16"] path, path[fill-opacity="0.16"]');
    await expect.poll(() => bands.count()).toBe(4);
    await expect.poll(() => gray.count()).toBe(0);
    // What is below the pointer is told, and a stretch that is dragged over is shown alone.
    const { x, y } = (await chart.boundingBox())!;
    await page.mouse.move(x + 150, y + 150);
    await page
      .locator(".readout")
      .getByText(/^Epoch \d+$/)
      .waitFor();
    await page.mouse.down();
    await page.mouse.move(x + 300, y + 150, { steps: 3 });
    await page.mouse.up();
    await page.getByRole("button", { name: "All epochs" }).click();
    expect(page.url()).not.toContain("from=");
    await page.getByRole("button", { name: "Hide gaussian inputs" }).click();
    await expect.poll(() => bands.count()).toBe(3);
    await page.getByRole("button", { name: "Hide gaussian inputs" }).click();
    await page.getByRole("button", { name: "Pin true inputs" }).click();
    await page.getByRole("columnheader", { name: "less the pinned, by seed" }).waitFor();
    await page
      .locator("table.trials td")
      .filter({ hasText: /\(n = \d\)/ })
      .first()
      .waitFor();
    expect(await page.locator("table.trials tbody th").first().textContent()).toContain("true inputs");
    await page.getByLabel("single seeds").check();
    await chart.locator('[stroke-width="0.75"]').first().waitFor();
    expect(page.url()).toContain("singles=1");
    // Where three seeds came to the last epoch there is an interval; two show their mean alone.
    expect(await page.locator("table.trials tbody").textContent()).toMatch(/± /);
    await page.getByRole("combobox", { name: "Measure" }).selectOption("trainLoss");
    await page.getByRole("img", { name: "Training loss by epoch" }).waitFor();
    const csv = await take(page, /^CSV, Groups/);
    expect(csv.bytes.toString().split("\n").length).toBeGreaterThan(10);
  });

  test("fold filters away on a phone, and show state and accuracy first", async () => {
    await using opened = await open("/trials", { width: 390, height: 780 });
    const { page } = opened;
    const heads = await page.locator("table.trials thead th").allInnerTexts();
    expect(heads.slice(0, 4)).toEqual(["Model", "State", "Test acc.", "Train acc."]);
    expect(await page.getByLabel("Id or error").isVisible()).toBe(false);
    await page.getByText("Filters").click();
    await page.getByLabel("Id or error").fill("nothing like it");
    await page.getByText("No trial meets these filters.").waitFor();
  });

  test("say what to run where nobody trains, and start what is chosen", async () => {
    await using opened = await open("/?start=table-1");
    const { page } = opened;
    const dialog = page.getByRole("dialog");
    await dialog.getByText("shatter serve --work").waitFor();
    const models = dialog.getByRole("group", { name: /^Models/ }).getByRole("checkbox");
    await models.first().check();
    await dialog.getByRole("combobox", { name: "Data", exact: true }).selectOption("shapes");
    await dialog.getByLabel("Training examples").fill("80");
    await dialog.getByRole("button", { name: "Start" }).click();
    await page.waitForURL("**/experiments/*");
    await page.getByText(/trials wait for a worker/).waitFor();
    const id = decodeURIComponent(new URL(page.url()).pathname.split("/").at(-1)!);
    const { trials } = await stage.lab.document(id);
    expect(trials).toEqual([]);
    await stage.lab.cancel({ experiment: id });
  });

  test("show the data under a randomization that is dialed in", async () => {
    await using opened = await open("/data?dataset=shapes");
    const { page } = opened;
    const pictures = page.locator("ul.pictures img");
    await expect.poll(() => pictures.count()).toBe(40);
    await expect.poll(() => page.locator(".redrawn").count()).toBe(0);
    const plain = await pictures.first().getAttribute("src");
    await page.getByLabel(/^Labels redrawn/).fill("1");
    await page.locator(".redrawn").first().waitFor();
    await expect.poll(() => page.locator(".redrawn").count()).toBeGreaterThan(20);
    expect(await pictures.first().getAttribute("src")).toBe(plain);
    await page.getByRole("combobox", { name: "Inputs" }).selectOption("random");
    await page.waitForFunction(
      (src) => document.querySelector("ul.pictures img")?.getAttribute("src") !== src,
      plain,
    );
    expect(new URL(page.url()).search).toBe("?dataset=shapes&corrupt=1&inputs=random");
  });

  test("can be used by keyboard: past the navigation, and into a dialog and out of it", async () => {
    await using opened = await open("/");
    const { page } = opened;
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Skip to the content");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Start an experiment …");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "Start an experiment" }).waitFor();
    expect(page.url()).toContain("start=");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect(new URL(page.url()).search).toBe("");
  });

  test("remember whether they are light or dark", async () => {
    await using opened = await open("/");
    const { page } = opened;
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await ground();
    await page.getByLabel("Theme").selectOption("dark");
    const dark = await ground();
    expect(dark).not.toBe(light);
    await page.reload();
    await settle(page);
    expect(await ground()).toBe(dark);
    await page.getByLabel("Theme").selectOption("system");
    expect(await ground()).toBe(light);
  });

  test("say what they do not know", async () => {
    await using opened = await open("/nowhere");
    await opened.page.getByText("No such page").waitFor();
    await opened.page.goto(`${stage.address}/trials/0000000000000000`);
    await opened.page.getByRole("alert").filter({ hasText: "Could not load the trial" }).waitFor();
    await opened.page.getByRole("button", { name: "Load again" }).waitFor();
  });
});
