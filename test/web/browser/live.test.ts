/**
 * @file The dashboard while things happen: figures that grow, actions, a server that goes and comes back, and a real
 * training that is started from the page.
 */

import { once } from "node:events";
import { mkdtemp } from "node:fs/promises";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { workIn } from "../../../src/lab/run.ts";
import { startServer } from "../../../src/web/server.ts";
import { MODELS } from "../../import/golden.ts";
import { emptyLab } from "../../store/databases.ts";
import { tellAgain } from "../records-lab.ts";
import { hasBrowser, openBrowser, openPage, openStage, type Stage } from "./browser.ts";

/** Complaints of the browser itself about a server that is not there. */
const isOfLoss = (complaint: string): boolean => /net::ERR_|Failed to load resource/.test(complaint);

describe.skipIf(!hasBrowser())("the dashboard, live", () => {
  let stage: Stage;
  let browser: Browser;

  beforeAll(async () => {
    // Figure 1b has lost its last two points of each network.
    const folder = await mkdtemp(join(tmpdir(), "shatter-live-"));
    await emptyLab(join(folder, "shatter-lab"));
    stage = await openStage({
      folder,
      isHeld: ({ spec }, experiment) => experiment === "figure-1b" && spec.corrupt > 0.85,
    });
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.[Symbol.asyncDispose]();
  });

  const heldAt = (model: string, corrupt: number) =>
    stage.filled.held.find(({ spec }) => spec.model === model && spec.corrupt === corrupt)!;

  test("draws a trial's curves, an epoch after the other, and its experiment's figure when it is done", async () => {
    const trial = heldAt("mlp-1x512", 0.9);
    const { id, history } = trial.result;
    await using curves = await openPage(browser, stage, `/trials/${id}`);
    await using figure = await openPage(browser, stage, "/experiments/figure-1b-paper");
    await curves.page.getByText("No epoch has ended yet").waitFor();
    const measured = figure.page
      .locator("figure table")
      .first()
      .locator("tbody tr")
      .filter({ hasText: "mlp-1x512" });
    await figure.page.getByText("Its numbers").first().click();
    const at90 = measured.filter({ hasText: "90 %" }).locator("td").nth(1);
    expect(await at90.textContent()).toMatch(/^—?$/);

    const teller = await tellAgain(stage.lab, trial);
    await teller.tell(2);
    const loss = curves.page.getByRole("img", { name: "Loss by epoch" });
    await loss
      .locator("desc")
      .filter({ hasText: /at 2\b/ })
      .waitFor({ state: "attached" });
    await teller.tell(3);
    await loss
      .locator("desc")
      .filter({ hasText: /at 5\b/ })
      .waitFor({ state: "attached" });
    const bar = figure.page.getByRole("progressbar", {
      name: /mlp-1x512, 90 % random labels, seed 0: epoch 5 of 64/,
    });
    await bar.waitFor();

    await teller.finish();
    await curves.page.getByRole("progressbar").filter({ hasText: "" }).first().waitFor();
    await loss
      .locator("desc")
      .filter({ hasText: new RegExp(`at ${history.length}\\b`) })
      .waitFor({ state: "attached" });
    await expect.poll(() => at90.textContent(), { timeout: 10_000 }).toMatch(/^\d/);
    expect([...curves.complaints, ...figure.complaints]).toEqual([]);
  });

  test("cancels and retries a trial, but not before it has asked", async () => {
    const { id } = heldAt("mlp-3x512", 0.9).result;
    const state = async (): Promise<string> =>
      (await (await fetch(`${stage.address}/api/trials/${id}`)).json()).state;
    await using opened = await openPage(browser, stage, `/trials/${id}`);
    const { page } = opened;
    await page.getByRole("button", { name: "Cancel …" }).click();
    await page.getByRole("button", { name: "No, leave it" }).click();
    expect(await state()).toBe("waiting");
    await page.getByRole("button", { name: "Cancel …" }).click();
    await page.getByRole("button", { name: "Yes, cancel" }).click();
    await page.locator("dl .state.cancelled").waitFor();
    expect(await state()).toBe("cancelled");
    await page.getByRole("button", { name: "Retry …" }).click();
    await page.getByRole("button", { name: "Yes, retry" }).click();
    await page.locator("dl .state.waiting").waitFor();
    expect(await state()).toBe("waiting");
    expect(opened.complaints).toEqual([]);
  });

  test("cancels and retries what is left of an experiment", async () => {
    await using opened = await openPage(browser, stage, "/experiments/figure-1b-paper");
    const { page } = opened;
    await page.getByRole("button", { name: "Cancel …" }).click();
    await page.getByRole("dialog", { name: "Cancel 3 trials?" }).waitFor();
    await page.getByRole("button", { name: "Yes, cancel" }).click();
    await page.getByText("19 done, 3 cancelled").first().waitFor();
    await page.getByRole("button", { name: "Retry …" }).click();
    await page.getByRole("button", { name: "Yes, retry" }).click();
    await page.getByText("19 done, 3 waiting").first().waitFor();
    expect(opened.complaints).toEqual([]);
  });

  test("says that the server is lost, keeps what it shows, and catches up when it is back", async () => {
    const trial = heldAt("mlp-1x512", 1);
    await using opened = await openPage(browser, stage, `/trials/${trial.result.id}`);
    const { page, complaints } = opened;
    const teller = await tellAgain(stage.lab, trial);
    await teller.tell(3);
    const loss = page.getByRole("img", { name: "Loss by epoch" });
    await loss
      .locator("desc")
      .filter({ hasText: /at 3\b/ })
      .waitFor({ state: "attached" });
    await stage.stopServer();
    await page.getByText("Disconnected, trying again.").waitFor();
    // What happens meanwhile is not told to the page.
    await teller.tell(4);
    expect(await loss.locator("desc").textContent()).toMatch(/at 3\b/);
    await stage.startServer();
    await page.getByText("Disconnected, trying again.").waitFor({ state: "detached" });
    await loss
      .locator("desc")
      .filter({ hasText: /at 7\b/ })
      .waitFor({ state: "attached" });
    await teller.finish();
    await page.locator("dl .state.done").waitFor();
    expect(complaints.filter((complaint) => !isOfLoss(complaint))).toEqual([]);
  });

  test("works below a path of a proxy", async () => {
    const basePath = "/user/ada@example.org/proxy/4242";
    await using server = await startServer({ lab: stage.lab, page: stage.built, basePath });
    const proxy = createServer((asked, answered) => {
      const { method, headers, url = "" } = asked;
      // Whatever leaves the path is answered by somebody else.
      if (!url.startsWith(`${basePath}/`)) return answered.writeHead(404).end("no such page");
      const path = url.slice(basePath.length);
      const passed = request({ host: "127.0.0.1", port: server.port, path, method, headers }, (answer) => {
        answered.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(answered);
      });
      passed.on("error", () => answered.destroy());
      answered.on("close", () => passed.destroy());
      return asked.pipe(passed);
    });
    await once(proxy.listen(0, "127.0.0.1"), "listening");
    const origin = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    try {
      await using opened = await openPage(browser, { address: origin }, `${basePath}/`);
      const { page, complaints } = opened;
      const path = (): string => new URL(page.url()).pathname;
      const experiment = page.locator('a[href$="/experiments/figure-1b-paper"]').first();
      await experiment.click();
      await page.locator("figure svg.chart").first().waitFor();
      expect(path()).toBe(`${basePath}/experiments/figure-1b-paper`);
      await page.getByRole("link", { name: "Trials", exact: true }).click();
      await page.locator("table tbody tr").first().waitFor();
      await page.locator("th button.sort").first().click();
      await page.waitForURL(/sort=/);
      expect(path()).toBe(`${basePath}/trials`);
      await page.goBack();
      await page.goBack();
      expect(path()).toBe(`${basePath}/experiments/figure-1b-paper`);
      // A link that is opened anew, the stream of events, and an action.
      const { id } = heldAt("mlp-3x512", 0.9).result;
      const live = page.waitForResponse(`${origin}${basePath}/api/live`);
      await page.goto(`${origin}${basePath}/trials/${id}`);
      expect((await live).status()).toBe(200);
      await page.getByRole("button", { name: "Cancel …" }).click();
      await page.getByRole("button", { name: "Yes, cancel" }).click();
      await page.locator("dl .state.cancelled").waitFor();
      await page.getByRole("button", { name: "Retry …" }).click();
      await page.getByRole("button", { name: "Yes, retry" }).click();
      await page.locator("dl .state.waiting").waitFor();
      expect(complaints).toEqual([]);
    } finally {
      proxy.closeAllConnections();
      proxy.close();
    }
  });

  test("starts an experiment that is really trained, and draws it", async () => {
    const { lab } = stage;
    await using opened = await openPage(browser, stage, "/?start=figure-1b");
    const { page, complaints } = opened;
    await page.getByLabel("mlp-1x512").check();
    await page.getByLabel(/^Scale/).selectOption("smoke");
    await page.getByRole("button", { name: "Start", exact: true }).click();
    await page.waitForURL("**/experiments/figure-1b-smoke");
    await page.getByText("waiting").first().waitFor();
    const stop = new AbortController();
    const working = workIn(lab, {
      jobs: 2,
      threads: 1,
      checkpoints: lab.checkpoints,
      untilIdle: false,
      experiment: "figure-1b-smoke",
      signal: stop.signal,
    });
    try {
      await page.getByText("nothing left to run").waitFor({ timeout: 50_000 });
      const chart = page.locator("figure svg.chart").first();
      await chart.locator("desc").filter({ hasText: "mlp-1x512: ours 1.00" }).waitFor({ state: "attached" });
      // The worker that did it is told of, too.
      await page.getByRole("link", { name: "Workers" }).click();
      await page
        .getByRole("heading", { name: new RegExp(`process ${process.pid}`) })
        .first()
        .waitFor();
    } finally {
      stop.abort();
      await working;
    }
    expect(complaints).toEqual([]);
  });

  test("takes a model file, and says what was found in it", async () => {
    await using opened = await openPage(browser, stage, "/?start=figure-1b");
    const { page, complaints } = opened;
    await page.getByLabel(/A model file/).setInputFiles(join(MODELS, "resnet18.eval.onnx"));
    await page.getByText("batch normalization was folded into 12 of 12 convolutions").waitFor();
    await page.getByLabel(/A model file/).setInputFiles(join(MODELS, "faults", "14-qdq.onnx"));
    await page.getByText("It cannot be trained.").waitFor();
    expect(complaints).toEqual([]);
  });
});
