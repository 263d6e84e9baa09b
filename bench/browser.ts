/**
 * @file Training speed in a browser, on WebAssembly, beside jax-js and TensorFlow.js: by turns, in one Chromium.
 *
 *   mkdir /somewhere/peers && cd /somewhere/peers && npm init -y
 *   npm install @jax-js/jax@0.1.25 @tensorflow/tfjs@4.22.0 @tensorflow/tfjs-backend-wasm@4.22.0
 *   node bench/browser.ts --peers /somewhere/peers [--model mlp-1x512] [--rounds 5] [--steps 10] [--threads 1] [--example 3x28x28]
 *
 * Everybody has a page of its own, that stays open; a round asks each for some steps, the first round is not counted. Besides
 * images a second, images a second of processor time of the page's main thread are told, which a busy machine distorts
 * less; they say nothing about more than one thread. Pages are isolated (COOP and COEP) only for more than one.
 */

import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, extname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { type CDPSession, chromium, type Page } from "playwright-core";
import { build } from "vite";
import { peers } from "./browser/peers.ts";

const { values: options } = parseArgs({
  options: {
    peers: { type: "string" },
    model: { type: "string", default: "mlp-1x512" },
    rounds: { type: "string", default: "5" },
    steps: { type: "string", default: "10" },
    threads: { type: "string", default: "1" },
    example: { type: "string", default: "3x28x28" },
  },
});
const [rounds, steps, threads] = [options.rounds, options.steps, options.threads].map(Number) as [
  number,
  number,
  number,
];
const example = options.example.split("x").map(Number);
const BATCH = 128;

/** Build a page for a program; returns its folder. */
async function pageOf(name: string, entry: string, root: string, folder: string): Promise<void> {
  const outDir = join(folder, name);
  await build({
    root,
    configFile: false,
    logLevel: "error",
    build: {
      outDir,
      emptyOutDir: true,
      target: "esnext",
      minify: false,
      rollupOptions: {
        input: entry,
        output: { entryFileNames: "page.js" },
        preserveEntrySignatures: "strict",
      },
    },
  });
  await writeFile(join(outDir, "index.html"), '<!doctype html><script type="module" src="page.js"></script>');
}

const TYPES: { readonly [extension: string]: string } = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};

const folder = await mkdtemp(join(tmpdir(), "shatter-bench-browser-"));
const here = join(import.meta.dirname, "..");
await pageOf("Shatter", join(import.meta.dirname, "browser", "ours.ts"), here, folder);
for (const file of ["ort-wasm-simd-threaded.wasm", "ort-wasm-simd-threaded.mjs"])
  await copyFile(join(here, "node_modules", "onnxruntime-web", "dist", file), join(folder, "Shatter", file));
const names = ["Shatter"];
if (options.peers !== undefined) {
  const root = resolve(options.peers);
  for (const [name, { program, files }] of Object.entries(peers)) {
    const entry = join(root, `${name}.entry.js`);
    await writeFile(entry, program);
    await pageOf(name, entry, root, folder);
    await mkdir(join(folder, name), { recursive: true });
    for (const file of files)
      await copyFile(join(root, "node_modules", file), join(folder, name, basename(file)));
    names.push(name);
  }
}
const server = createServer(async (request, response) => {
  const path = decodeURIComponent(new URL(request.url!, "http://bench").pathname);
  const file = await readFile(join(folder, path)).catch(() => undefined);
  response.writeHead(file ? 200 : 404, {
    "content-type": TYPES[extname(path)] ?? "application/octet-stream",
    ...(threads > 1 && {
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-embedder-policy": "require-corp",
    }),
  });
  response.end(file);
});
await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
const { port } = server.address() as AddressInfo;
const browser = await chromium.launch({
  executablePath: process.env["CHROMIUM"] || "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});

/** One of those who are measured. */
interface Contender {
  readonly name: string;
  readonly page: Page;
  readonly devtools: CDPSession;
  /** Images a second, and a second of processor time, of each round. */
  readonly found: (readonly [number, number])[];
}

async function openContender(name: string): Promise<Contender> {
  const page = await (await browser.newContext()).newPage();
  page.on("pageerror", (error) => process.stderr.write(`${name}: ${error.message}\n`));
  await page.goto(`http://127.0.0.1:${port}/${encodeURIComponent(name)}/index.html`);
  await page.waitForFunction(
    "globalThis.open.name !== 'open' || !globalThis.open.toString().includes('native')",
  );
  await page.evaluate(
    `(async () => { globalThis.run = await globalThis.open("${options.model}", ${JSON.stringify(example)}, ${threads}); })()`,
  );
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Performance.enable", { timeDomain: "threadTicks" });
  return { name, page, devtools, found: [] };
}

const taskSeconds = async ({ devtools }: Contender): Promise<number> => {
  const { metrics } = await devtools.send("Performance.getMetrics");
  return metrics.find(({ name }) => name === "TaskDuration")!.value;
};

async function measure(contender: Contender): Promise<void> {
  const before = await taskSeconds(contender);
  const seconds = await contender.page.evaluate<number>(
    `(async () => { const t = performance.now(); globalThis.loss = await run(${steps}); return (performance.now() - t) / 1000; })()`,
  );
  const images = steps * BATCH;
  contender.found.push([images / seconds, images / ((await taskSeconds(contender)) - before)]);
}

const contenders: Contender[] = [];
for (const name of names) contenders.push(await openContender(name));
for (let round = 0; round <= rounds; round++)
  for (const contender of round % 2 ? contenders.toReversed() : contenders) await measure(contender);
console.log(
  `${options.model} on ${options.example}, batch ${BATCH}, ${threads} threads: images a second, smallest, middle and largest`,
);
for (const { name, page, found } of contenders) {
  const spread = (of: 0 | 1): string => {
    const sorted = found
      .slice(1)
      .map((pair) => pair[of])
      .sort((a, b) => a - b);
    return [0, Math.floor(sorted.length / 2), sorted.length - 1]
      .map((at) => sorted[at]!.toFixed(0))
      .join(" ");
  };
  const loss = await page.evaluate<number>("globalThis.loss");
  console.log(
    `${name.padEnd(14)} ${spread(0).padEnd(18)} of processor time ${spread(1).padEnd(18)} loss ${loss.toFixed(4)}`,
  );
}
await browser.close();
server.close();
await rm(folder, { recursive: true });
