/**
 * @file Builds the dashboard's page into `dist/web`: one document, one script, one style sheet.
 */

import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { defineConfig, type Plugin } from "vite";

/** Removes the assets of an earlier build, whose names have other hashes. */
function emptyAssets(): Plugin {
  let assets = "";
  return {
    name: "empty-assets",
    configResolved({ root, build }) {
      assets = resolve(root, build.outDir, build.assetsDir);
    },
    buildStart: () => rm(assets, { recursive: true, force: true }),
  };
}

export default defineConfig({
  root: join(import.meta.dirname, "src", "web", "client"),
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: join(import.meta.dirname, "dist", "web"),
    // The compiled server lies in the same folder; only what an earlier build of the page left there goes.
    emptyOutDir: false,
    target: "es2023",
    modulePreload: false,
    cssCodeSplit: false,
    assetsInlineLimit: 0,
  },
  plugins: [emptyAssets()],
});
