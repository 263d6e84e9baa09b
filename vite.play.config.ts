/**
 * @file Builds the playground into `dist/play`: a folder for any host, at any path, as all its addresses are relative.
 */

import { createHash } from "node:crypto";
import { join } from "node:path";
import { defaultClientConditions, defineConfig, type Plugin } from "vite";

const ROOT = join(import.meta.dirname, "src", "play");
const KEEPER = "service-worker";

/** Tells the service worker which files to keep: all that a page may need but WebGPU's engine, larger than the rest by half. */
const listFiles = (): Plugin => ({
  name: "list-files",
  enforce: "post",
  generateBundle: {
    order: "post",
    handler(_, bundle) {
      const page = bundle["index.html"];
      const keeper = bundle[`${KEEPER}.js`];
      if (page?.type !== "asset" || keeper?.type !== "chunk")
        throw new Error(`expected index.html and ${KEEPER}.js in the build`);
      const files = Object.keys(bundle).filter(
        (name) => name.startsWith("assets/") && !/asyncify|webgpu/.test(name),
      );
      const hash = createHash("sha256").update(page.source).update(files.join()).digest("hex").slice(0, 16);
      keeper.code = `const BUILD = ${JSON.stringify({ hash, files })};\n${keeper.code}`;
    },
  },
});

export default defineConfig({
  root: ROOT,
  base: "./",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  // The runtime's glue stays a file of its own, as its threads are started from it.
  resolve: { conditions: ["onnxruntime-web-use-extern-wasm", ...defaultClientConditions] },
  worker: { format: "es" },
  plugins: [listFiles()],
  build: {
    outDir: join(import.meta.dirname, "dist", "play"),
    emptyOutDir: true,
    target: "es2023",
    modulePreload: false,
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: { index: join(ROOT, "index.html"), [KEEPER]: join(ROOT, `${KEEPER}.ts`) },
      output: {
        entryFileNames: ({ name }) => (name === KEEPER ? "[name].js" : "assets/[name]-[hash].js"),
      },
    },
  },
});
