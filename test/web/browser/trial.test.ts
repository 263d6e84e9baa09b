/**
 * @file `shatter/browser` in a real browser: bundled by Vite, on onnxruntime-web.
 */

import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, preview } from "vite";
import { afterAll, describe, expect, test } from "vitest";
import { runtime } from "../../../src/index.ts";
import { hasBrowser, openBrowser } from "./browser.ts";
import { type Trained, train } from "./trial-program.ts";

const folder = mkdtempSync(join(tmpdir(), "shatter-bundle-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** The runtime is no part of the bundle: it is Node's business, too. */
const RUNTIME = dirname(fileURLToPath(import.meta.resolve("onnxruntime-web/wasm")));

describe.skipIf(!hasBrowser())("a bundle of shatter/browser", () => {
  test("has nothing of Node in it, and trains the same trial in Chromium", async () => {
    const outDir = join(folder, "dist");
    await build({
      root: folder,
      configFile: false,
      logLevel: "error",
      build: {
        outDir,
        target: "es2024",
        lib: {
          entry: join(import.meta.dirname, "trial-program.ts"),
          formats: ["es"],
          fileName: () => "program.js",
        },
        rolldownOptions: { external: ["onnxruntime-web/wasm"] },
      },
    });
    const text = readFileSync(join(outDir, "program.js"), "utf8");
    expect([...text.matchAll(/["'`]node:[a-z/]+/g)].map(([found]) => found)).toEqual([]);

    mkdirSync(join(outDir, "runtime"));
    for (const name of ["ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm"]) {
      copyFileSync(join(RUNTIME, name), join(outDir, "runtime", name));
    }
    const imports = { "onnxruntime-web/wasm": "/runtime/ort.wasm.min.mjs" };
    writeFileSync(
      join(outDir, "index.html"),
      `<script type="importmap">${JSON.stringify({ imports })}</script><script type="module" src="/program.js"></script>`,
    );
    const server = await preview({
      root: folder,
      configFile: false,
      logLevel: "error",
      build: { outDir },
      preview: { port: 0 },
    });
    try {
      await using browser = await openBrowser();
      const page = await browser.newPage();
      await page.goto(server.resolvedUrls!.local[0]!);
      await page.waitForFunction("globalThis.trained");
      const { id, rows } = (await page.evaluate("globalThis.trained")) as Trained;
      const here = await train(runtime);
      expect(id).toBe(here.id);
      expect(rows.map(({ trainAccuracy, testAccuracy }) => [trainAccuracy, testAccuracy])).toEqual(
        here.rows.map(({ trainAccuracy, testAccuracy }) => [trainAccuracy, testAccuracy]),
      );
      for (const [index, { trainLoss }] of rows.entries()) {
        // Another library with other kernels: sums have other orders.
        expect(Math.abs(trainLoss! / here.rows[index]!.trainLoss! - 1)).toBeLessThan(1e-5);
      }
    } finally {
      await server.close();
    }
  });
});
