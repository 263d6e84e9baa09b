/**
 * @file The playground's server: files, isolation, nobody else's pages.
 */

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { servePlay, startPlay } from "../../src/web/play.ts";
import type { DashboardServer } from "../../src/web/serve-options.ts";

let folder: string;
let server: DashboardServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "shatter-play-server-"));
  await mkdir(join(folder, "assets"));
  await writeFile(join(folder, "index.html"), '<script type="module" src="./assets/a.js"></script>');
  await writeFile(join(folder, "assets", "a.js"), "1");
  await writeFile(join(folder, "assets", "engine.wasm.br"), brotliCompressSync("an engine"));
  server = await startPlay(folder, 0);
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

test("is isolated, so that WebAssembly has threads, and loads from itself alone", async () => {
  for (const path of ["", "assets/a.js"]) {
    const { status, headers } = await fetch(server.address + path);
    expect(status).toBe(200);
    expect(headers.get("cross-origin-opener-policy")).toBe("same-origin");
    expect(headers.get("cross-origin-embedder-policy")).toBe("require-corp");
    expect(headers.get("content-security-policy")).toContain("script-src 'self' 'wasm-unsafe-eval';");
  }
  expect((await fetch(`${server.address}assets/b.js`)).status).toBe(404);
  expect((await fetch(server.address, { method: "POST" })).status).toBe(405);
});

test("sends what the package has packed, and unpacks it for whoever cannot", async () => {
  for (const [accepted, encoding] of [
    ["gzip, br", "br"],
    ["gzip", null],
  ] as const) {
    const answer = await fetch(`${server.address}assets/engine.wasm`, {
      headers: { "accept-encoding": accepted },
    });
    expect([answer.headers.get("content-encoding"), answer.headers.get("content-type")]).toEqual([
      encoding,
      "application/wasm",
    ]);
    expect(await answer.text()).toBe("an engine");
  }
});

test("answers to its own names only", async () => {
  const status = await new Promise((resolve, reject) => {
    request(server.address, { headers: { host: "evil.example" } }, ({ statusCode }) => resolve(statusCode))
      .on("error", reject)
      .end();
  });
  expect(status).toBe(403);
});

test("is below /play in a dashboard, with a slash at the end", async () => {
  const app = await servePlay(folder);
  const at = new (await import("hono")).Hono().route("/play", app);
  const moved = await at.request("/play");
  expect([moved.status, moved.headers.get("location")]).toEqual([302, "./play/"]);
  expect(await (await at.request("/play/")).text()).toContain("./assets/a.js");
  expect((await at.request("/play/assets/a.js")).headers.get("cache-control")).toContain("immutable");
});
