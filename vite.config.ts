/**
 * @file Builds the dashboard's page into `dist/web`: one document, one script, one style sheet.
 */

import { rm } from "node:fs/promises";
import { join } from "node:path";
import { defineConfig } from "vite";

const OUT = join(import.meta.dirname, "dist", "web");

export default defineConfig({
  root: "src/web/client",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: OUT,
    // The compiled server lies in the same folder; only what an earlier build of the page left there goes.
    emptyOutDir: false,
    target: "es2023",
    modulePreload: false,
    cssCodeSplit: false,
    assetsInlineLimit: 0,
  },
  plugins: [
    {
      name: "empty-assets",
      buildStart: () => rm(join(OUT, "assets"), { recursive: true, force: true }),
    },
  ],
});
