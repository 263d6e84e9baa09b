/**
 * @file A real Chromium, the page as it is built from these sources, and a dashboard on a lab of the records.
 */

import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { build } from "vite";
import { type LocalLab, openLab } from "../../../src/lab/open.ts";
import type { StoredTrial } from "../../../src/run/trial-result.ts";
import type { DashboardServer } from "../../../src/web/serve-options.ts";
import { startServer } from "../../../src/web/server.ts";
import { type FilledLab, fillLab } from "../records-lab.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");

/** Theories that were computed, among other records. */
const theories = join(ROOT, "records");

/** Where a Chromium should be: `$CHROMIUM`, or where Debian puts it. */
export const chromiumPath = process.env["CHROMIUM"] || "/usr/bin/chromium";

/** Whether the browser tests can run; where they must, their absence is a failure. */
export function hasBrowser(): boolean {
  if (existsSync(chromiumPath)) return true;
  const what = `browser tests: expected a Chromium at ${chromiumPath}, got none; install it, or set $CHROMIUM`;
  if (process.env["SHATTER_REQUIRE_BROWSER"] === "1") throw new Error(what);
  process.stderr.write(`\n*** SKIPPED *** ${what}\n\n`);
  return false;
}

/** Start the browser. */
export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: chromiumPath,
    args: [
      ...["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
      ...["--disable-sync", "--no-first-run"],
    ],
  });

/** Build the page into a folder of its own. */
export async function buildPage(folder: string): Promise<string> {
  const outDir = join(folder, "page");
  await build({ configFile: join(ROOT, "vite.config.ts"), logLevel: "error", build: { outDir } });
  return outDir;
}

/** A dashboard on a lab of the records, whose server can be lost and regained. */
export interface Stage extends AsyncDisposable {
  readonly lab: LocalLab;
  readonly filled: FilledLab;
  /** Where the page is. */
  readonly address: string;
  /** Folder of the built page. */
  readonly built: string;
  /** What the server blamed itself for. */
  readonly errors: readonly string[];
  readonly stopServer: () => Promise<void>;
  readonly startServer: () => Promise<void>;
}

/** How a stage is set. */
export interface StageOptions {
  /** Trials that wait; all others are done. */
  readonly isHeld?: (trial: StoredTrial, experiment: string) => boolean;
  readonly dataDir?: string | undefined;
  /** Whether nothing is in the lab. */
  readonly isEmpty?: boolean;
  /** A folder for it, which goes away with it, empty but for a lab `shatter-lab` perhaps; a fresh one unless told. */
  readonly folder?: string;
}

/** Set the stage. */
export async function openStage({
  isHeld,
  dataDir,
  isEmpty = false,
  folder: given,
}: StageOptions = {}): Promise<Stage> {
  const folder = given ?? (await mkdtemp(join(tmpdir(), "shatter-browser-")));
  const page = await buildPage(folder);
  // A lab is called by its path as it was given.
  const lab = await openLab({ lab: relative(process.cwd(), join(folder, "shatter-lab")), dataDir });
  const filled = isEmpty ? { held: [], trials: 0 } : await fillLab(lab, isHeld);
  const errors: string[] = [];
  const open = (port = 0): Promise<DashboardServer> =>
    startServer({
      lab,
      page,
      port,
      dataDir,
      theories: isEmpty ? undefined : theories,
      onError: (error) => errors.push(error),
    });
  let server: DashboardServer | undefined = await open();
  const { port, address } = server;
  const stop = async (): Promise<void> => {
    await server?.[Symbol.asyncDispose]();
    server = undefined;
  };
  return {
    lab,
    filled,
    errors,
    built: page,
    stopServer: stop,
    address: address.replace(/\/$/, ""),
    async startServer() {
      server ??= await open(port);
    },
    async [Symbol.asyncDispose]() {
      await stop();
      await lab[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A page whose complaints are kept. */
export interface WatchedPage extends AsyncDisposable {
  readonly page: Page;
  /** Errors and warnings of the console, errors that nobody caught, requests to elsewhere. */
  readonly complaints: readonly string[];
}

/** Open a page of the dashboard. */
export async function openPage(
  browser: Browser,
  { address }: Pick<Stage, "address">,
  path: string,
  {
    width = 1280,
    height = 900,
    scheme = "light",
  }: { readonly width?: number; readonly height?: number; readonly scheme?: "light" | "dark" } = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    acceptDownloads: true,
  });
  const page = await context.newPage();
  // A page waits for the helper, which gives way to all else that the machine does.
  page.setDefaultTimeout(120_000);
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (/^https?:$/.test(url.protocol) && url.origin !== address) complaints.push(`asked ${url.href}`);
  });
  await page.goto(address + path);
  return { page, complaints, [Symbol.asyncDispose]: () => context.close() };
}
