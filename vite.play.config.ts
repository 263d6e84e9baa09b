/**
 * @file Builds the playground into `dist/play`: a folder for any host, at any path, as all its addresses are relative.
 */

import { join } from "node:path";
import { defaultClientConditions, defineConfig } from "vite";

export default defineConfig({
  root: join(import.meta.dirname, "src", "play"),
  base: "./",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  // The runtime's glue stays a file of its own, as its threads are started from it.
  resolve: { conditions: ["onnxruntime-web-use-extern-wasm", ...defaultClientConditions] },
  worker: { format: "es" },
  build: {
    outDir: join(import.meta.dirname, "dist", "play"),
    emptyOutDir: true,
    target: "es2023",
    modulePreload: false,
    assetsInlineLimit: 0,
  },
});
