/**
 * @file The playground in a real Chromium: built, served as `shatter play` does, trained in.
 */

import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AxeResults } from "axe-core";
import type { Browser, Page } from "playwright-core";
import sharp from "sharp";
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

  test("trains two networks to the numbers of the command line, and again without a server", async () => {
    const own = await startPlay(folder, 0);
    await using opened = await openPage(browser, { address: own.address.replace(/\/$/, "") }, `/${SMALL}`);
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
    const chart = page.locator('svg[aria-label^="Training loss by epoch"] g.right circle title');
    const [, loss] = /: ([\d.]+) at 4/.exec((await chart.last().textContent())!)!;
    // Sums of another library have another order: 1e-5 after four epochs, where rounding has not grown yet.
    expect(Math.abs(Number(loss) / rows.at(-1)!.trainLoss! - 1)).toBeLessThan(1e-5);
    await page.getByText("it works without a connection").waitFor();
    await own[Symbol.asyncDispose]();
    await page.reload();
    await page.getByText("ready").nth(1).waitFor();
    expect(await race(page)).toBe(said);
    await page.getByRole("button", { name: /^Race for 0, 20/ }).click();
    await page.getByText("epochs allowed: 0 %, 20 %, 40 %, 50 %, 60 %, 80 %, 100 %").waitFor();
    expect(complaints).toEqual([]);
  });

  test("is kept from a host of plain files at any path, with threads, until there is another build", async () => {
    const files = new Map<string, Buffer>();
    for (const name of await readdir(folder, { recursive: true })) {
      if (/\.\w+$/.test(name)) files.set(`/some/where/${name}`, await readFile(join(folder, name)));
    }
    const host = createServer(({ url }, response) => {
      const path = url!.endsWith("/") ? `${url}index.html` : url!;
      const type = {
        html: "text/html",
        js: "text/javascript",
        mjs: "text/javascript",
        wasm: "application/wasm",
      };
      response.writeHead(files.has(path) ? 200 : 404, {
        "content-type": type[path.split(".").at(-1) as keyof typeof type] ?? "text/css",
      });
      response.end(files.get(path));
    });
    await new Promise<void>((resolve) => host.listen(0, "127.0.0.1", resolve));
    const address = `http://127.0.0.1:${(host.address() as AddressInfo).port}`;
    await using opened = await openPage(browser, { address }, "/some/where/#/theorem-1");
    const { page } = opened;
    const kept = () =>
      page.evaluate(async () => {
        const { installing } = await (await navigator.serviceWorker.ready).update();
        const builds = (await caches.keys()).map((key) => key.split(" ").at(-1));
        return installing ? "on its way" : [...builds, crossOriginIsolated];
      });
    await page.evaluate(() => navigator.serviceWorker.ready);
    const [first, isIsolated] = await kept();
    expect(isIsolated).toBe(false);

    const [index, keeper] = ["/some/where/index.html", "/some/where/service-worker.js"] as const;
    const [oldIndex, oldKeeper] = [String(files.get(index)), String(files.get(keeper))];
    for (const build of ["1", "2"]) {
      files.set(index, Buffer.from(oldIndex.replace("<title>", `<title>${build}: `)));
      files.set(keeper, Buffer.from(oldKeeper.replace('{"hash":"', `{"hash":"${build}-`)));
      await page.reload();
      expect(await page.title()).toMatch(build);
      const before = build === "1" ? first : `1-${first}`;
      await expect.poll(kept).toEqual([before, `${build}-${first}`, true]);
    }

    host.closeAllConnections();
    await new Promise((resolve) => host.close(resolve));
    await page.reload();
    expect(await page.title()).toMatch("2");
    // Files that were not asked for before.
    await page.getByRole("link", { name: "Minimum norm" }).click();
    await page.getByText(/^The norms lie between/).waitFor();
  });

  test("keeps what it has where memory is refused, and while its tab sleeps", async () => {
    // Without the service worker, whose files nobody can change on their way.
    const context = await browser.newContext({ serviceWorkers: "block" });
    const page = await context.newPage();
    // The engine begins with 16 MB, and asks for more as it needs it.
    await page.route("**/ort-wasm*.mjs", async (route) => {
      const response = await route.fetch();
      const body = (await response.text()).replace(/\.grow\(/, ".refuse(");
      await route.fulfill({ response, body });
    });
    await page.goto(`${server.address}#/race?n=100&model=mlp-3x1024&epochs=3`);
    await page.getByText("ready").nth(1).waitFor();
    await page.getByRole("button", { name: "Start", exact: true }).click();
    await page.getByText("gives the page no more memory").nth(1).waitFor();
    await page.unroute("**/ort-wasm*.mjs");
    await page.getByRole("button", { name: "Reset" }).click();
    await page.getByText("ready").nth(1).waitFor();
    await page.getByLabel("Speed").selectOption("slow");
    await page.getByRole("button", { name: "Start", exact: true }).click();
    await page.locator(".epoch b").filter({ hasNotText: "0" }).waitFor();
    const devtools = await context.newCDPSession(page);
    await devtools.send("Page.setWebLifecycleState", { state: "frozen" });
    await devtools.send("Page.setWebLifecycleState", { state: "active" });
    await page.getByText("Not fitted after 3 epochs").nth(1).waitFor();
    await context.close();
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

  test("lets points be moved by keys, through which the network of theorem 1 passes", async () => {
    await using opened = await open("#/theorem-1?view=at:-0.5~0.5,0~-0.5,0.5~0.25");
    const { page, complaints } = opened;
    const point = page.getByRole("slider", { name: "Point 2", exact: true });
    await point.press("Shift+ArrowUp");
    expect(await point.getAttribute("aria-valuetext")).toBe("input 0, label -0.4");
    await page.getByText("The network takes all 3 labels").waitFor();
    await expect.poll(() => page.url()).toContain("at:-0.5~0.5,0~-0.4,0.5~0.25");
    await point.press("Delete");
    await page.getByText("5 weights = 2n + d = 2·2 + 1").waitFor();
    for (const hash of ["#/minimum-norm", "#/double-descent?view=n:100;noise:0.2;seed:0"]) {
      await page.goto(`${server.address}${hash}`);
      await page.getByText(/^(The norms lie between|Test error: )/).waitFor();
      expect(await faultsOf(page)).toEqual([]);
    }
    expect(complaints).toEqual([]);
  });

  test("reads dropped pictures and files, and says which it cannot read", async () => {
    const color = async (background: string): Promise<Buffer> =>
      await sharp({ create: { width: 12, height: 9, channels: 3, background } })
        .png()
        .toBuffer();
    const pets = await mkdtemp(join(tmpdir(), "shatter-pets-"));
    for (const kind of ["red", "blue"]) {
      await mkdir(join(pets, kind));
      for (const name of ["1.png", "2.png"]) await writeFile(join(pets, kind, name), await color(kind));
    }
    await writeFile(join(pets, "red", "3.png"), "no picture");
    await using opened = await open("#/race?data=own&model=mlp-1x8&epochs=2");
    const { page, complaints } = opened;
    const [files, folder] = [page.getByLabel("Choose files"), page.getByLabel("Choose a folder")].map(
      (label) => label.and(page.locator("input")),
    );
    await folder!.setInputFiles(pets);
    await page.getByText(/^left out, as this browser cannot read them: .*red\/3\.png$/).waitFor();
    await page.getByText("ready").nth(1).waitFor();
    await page.getByRole("button", { name: "Start", exact: true }).click();
    await page.locator(".came h2").waitFor();
    await files!.setInputFiles({
      name: "a.csv",
      mimeType: "text/csv",
      buffer: Buffer.from("a,b\n1,x\n2,y\n3,x\n4,y\n"),
    });
    await page.getByLabel("Column to be told").selectOption("b");
    await page.getByText('the target is column "b"').waitFor();
    await files!.setInputFiles({ name: "notes.docx", mimeType: "", buffer: Buffer.from("notes") });
    await page.getByText(/^expected images .*, got notes\.docx$/).waitFor();
    expect(await faultsOf(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await rm(pets, { recursive: true });
  });

  test("is without fault for people who cannot see or point, in light and in dark, and fits a phone", async () => {
    await using opened = await open(SMALL);
    const { page, complaints } = opened;
    await race(page);
    expect(await faultsOf(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: "dark" });
    await page.setViewportSize({ width: 390, height: 780 });
    expect(await faultsOf(page)).toEqual([]);
    const over = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    await expect.poll(over).toBeLessThanOrEqual(0);
    expect(complaints).toEqual([]);
  });
});

/** What is wrong for people who cannot see or point. */
async function faultsOf(page: Page): Promise<string[]> {
  await page.evaluate(await readFile(AXE, "utf8"));
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(): Promise<AxeResults> } };
    return (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 120)}`);
  });
}

/** What an address sets, in any order. */
const readable = (hash: string): string[] => [...new URLSearchParams(hash.split("?")[1])].map(String).sort();
