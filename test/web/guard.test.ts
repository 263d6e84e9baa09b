/**
 * @file Who may ask the dashboard's server: hosts, origins, tokens; and what its answers allow a browser.
 */

import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseBasePath } from "../../src/web/base-path.ts";
import { startServer } from "../../src/web/server.ts";
import { openTokens } from "../../src/web/token.ts";
import { errorAnswer } from "./answers.ts";
import { type Dashboard, openDashboard, planRecord, recordOf } from "./fixture.ts";

const record = recordOf("2026-11-21_table-4_mlps");
const POST = { method: "POST" };

const PAGE = `<!doctype html><title>The page</title><meta name="base-path" content="" />
<script src="/assets/index-1a2b.js"></script><link rel="icon" href="/assets/icon.svg" />`;

let folder: string;
let dashboard: Dashboard;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "shatter-page-"));
  const page = join(folder, "web");
  await mkdir(join(page, "assets"), { recursive: true });
  await writeFile(join(page, "index.html"), PAGE);
  await writeFile(join(page, "assets", "index-1a2b.js"), "export {};");
  await writeFile(join(folder, "secret.txt"), "nobody shall read this");
  await symlink(join(folder, "secret.txt"), join(page, "link.txt"));
  dashboard = await openDashboard([record], { page, names: ["lab.example.org"] });
  await planRecord(dashboard.db, record);
});

afterAll(async () => {
  expect(dashboard.errors).toEqual([]);
  await dashboard[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** Ask with headers that `fetch` would not send. */
function ask(path: string, headers: Record<string, string>, method = "GET", port = dashboard.server.port) {
  return new Promise<{ status: number; body: string; headers: Record<string, unknown> }>(
    (resolve, reject) => {
      const call = request({ host: "127.0.0.1", port, path, method, headers }, (answer) => {
        let body = "";
        answer.on("data", (chunk) => (body += chunk));
        answer.on("end", () => resolve({ status: answer.statusCode!, body, headers: answer.headers }));
      });
      call.on("error", reject).end();
    },
  );
}

describe("the Host header", () => {
  test.each([
    "localhost",
    "127.0.0.1",
    "LOCALHOST:8080",
    "[::1]:4242",
    "lab.example.org",
  ])("may be %s", async (host) => {
    expect((await ask("/api/lab", { host })).status).toBe(200);
  });

  test.each([
    "evil.example",
    "127.0.0.1.evil.example",
    "localhost.evil.example:4242",
    "10.0.0.1",
    "0.0.0.0",
  ])("may not be %s, whatever is asked", async (host) => {
    for (const path of ["/", "/api/lab", "/api/live", "/assets/index-1a2b.js"]) {
      const { status, body } = await ask(path, { host });
      expect(status).toBe(403);
      expect(errorAnswer.parse(JSON.parse(body)).error).toMatch(/^Host: /);
    }
  });

  test.each([
    "a b",
    "evil.example/127.0.0.1",
    "user@localhost",
    "localhost:port",
  ])("is refused where it is no host: %j", async (host) => {
    expect([400, 403]).toContain((await ask("/api/lab", { host })).status);
  });
});

describe("a foreign page", () => {
  const own = (): string => new URL(dashboard.server.address).origin;

  test.each([
    ["of another site", { Origin: "https://evil.example" }],
    ["of another port", { Origin: "http://127.0.0.1:1" }],
    ["without an origin", { Origin: "null" }],
    ["that a browser calls foreign", { "Sec-Fetch-Site": "cross-site" }],
    ["of the same site, but not of this server", { "Sec-Fetch-Site": "same-site" }],
  ])("%s is refused, reading or writing", async (_, headers) => {
    const trial = record.trials[0]!.result.id;
    expect((await dashboard.ask("/api/lab", { headers })).status).toBe(403);
    expect((await dashboard.ask(`/api/trials/${trial}/cancel`, { ...POST, headers })).status).toBe(403);
    expect((await dashboard.json(`/api/trials/${trial}`)).state).toBe("waiting");
  });

  test("of this server is heard, and so is a program that is no browser", async () => {
    const headers = { Origin: own(), "Sec-Fetch-Site": "same-origin" };
    const path = `/api/trials/${record.trials[1]!.result.id}`;
    expect(await dashboard.json(`${path}/cancel`, { ...POST, headers })).toEqual({ trials: 1 });
    expect(await dashboard.json(`${path}/retry`, POST)).toEqual({ trials: 1 });
    expect((await dashboard.ask("/", { headers: { "Sec-Fetch-Site": "cross-site" } })).status).toBe(200);
  });

  test("cannot send a form", async () => {
    const headers = { "Content-Type": "text/plain" };
    const answer = await dashboard.ask("/api/experiments", { ...POST, headers, body: '{"name":"table-4"}' });
    expect(answer.status).toBe(415);
  });
});

describe("answers", () => {
  test.each(["/", "/api/lab", "/api/none", "/none.js"])("to %s carry strict headers", async (path) => {
    const { headers } = await dashboard.ask(path);
    const policy = headers.get("content-security-policy")!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|\*/);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("access-control-allow-origin")).toBeNull();
    if (path.startsWith("/api")) expect(headers.get("cache-control")).toBe("no-store");
  });
});

describe("the page", () => {
  test("is at every address of its own, and its files are at theirs", async () => {
    for (const path of ["/", "/experiments/table-4-paper", "/compare?by=model", "/trials/0123456789abcdef"]) {
      const answer = await dashboard.ask(path);
      expect(answer.headers.get("content-type")).toMatch(/^text\/html/);
      expect(await answer.text()).toContain("The page");
    }
    const asset = await dashboard.ask("/assets/index-1a2b.js");
    expect(asset.headers.get("content-type")).toMatch(/^text\/javascript/);
    expect(asset.headers.get("cache-control")).toContain("immutable");
    expect((await dashboard.ask("/assets/index-none.js")).status).toBe(404);
  });

  test.each([
    ...["/../secret.txt", "/..%2fsecret.txt", "/%2e%2e/secret.txt", "/assets/../../secret.txt"],
    ...["/assets/..%2f..%2fsecret.txt", "/..\\secret.txt", "/..%5csecret.txt", "//secret.txt", "/link.txt"],
    ...["/%00/../secret.txt", "/..%252fsecret.txt", "/assets/%c0%ae%c0%ae/secret.txt", "/./../secret.txt"],
  ])("lets %s lead nowhere", async (path) => {
    const { status, body } = await ask(path, { host: "localhost" });
    expect(body).not.toContain("nobody shall read this");
    expect(status).toBeLessThan(500);
  });
});

describe("a token", () => {
  test("is asked for wherever others can reach, and opens every route", async () => {
    const { lab, db } = dashboard;
    await expect(startServer({ lab, host: "0.0.0.0" })).rejects.toThrow("expected a token");
    const { hashes, fresh } = await openTokens(db);
    await using server = await startServer({ lab, host: "0.0.0.0", tokens: hashes });
    const port = server.port;
    const call = (path: string, headers: Record<string, string> = {}, method = "GET") =>
      ask(path, { host: `127.0.0.1:${port}`, ...headers }, method, port);

    for (const path of ["/", "/api/lab", "/api/live", "/api/trials", "/x.js"]) {
      expect((await call(path)).status).toBe(401);
      expect((await call(path, { authorization: `Bearer ${fresh}x` })).status).toBe(401);
      expect((await call(path, { cookie: `shatter-${port}=${fresh!.slice(1)}` })).status).toBe(401);
    }
    expect((await call(`/api/trials/${record.trials[0]!.result.id}/cancel`, {}, "POST")).status).toBe(401);
    expect((await call(`/?token=${fresh}x`)).status).toBe(401);
    expect((await call(`/api/lab?token=${fresh}`)).status).toBe(401);
    expect((await call("/api/lab", { authorization: `Bearer ${fresh}` })).status).toBe(200);

    const welcome = await call(`/?token=${fresh}`);
    expect(welcome.status).toBe(200);
    const [cookie] = welcome.headers["set-cookie"] as string[];
    expect(cookie).toMatch(/; Path=\/; HttpOnly; SameSite=Strict; Max-Age=/);
    expect((await call("/api/lab", { cookie: cookie!.split(";")[0]! })).status).toBe(200);
    expect((await call("/", { cookie: cookie!.split(";")[0]! })).status).toBe(200);
  });

  test("is kept as its hash alone, and a new one ends the old one", async () => {
    const { db } = dashboard;
    const first = await openTokens(db, true);
    expect(first.hashes).toEqual([createHash("sha256").update(first.fresh!).digest("hex")]);
    expect(first.fresh).toMatch(/^[\w-]{43}$/);
    expect(await openTokens(db)).toEqual({ hashes: first.hashes });
    expect(await db.selectFrom("tokens").select("hash").execute()).toEqual([{ hash: first.hashes[0] }]);
    const second = await openTokens(db, true);
    expect(second.hashes).not.toEqual(first.hashes);
    expect(await db.selectFrom("tokens").select("hash").execute()).toHaveLength(1);
  });
});

describe("a slow client", () => {
  test.each([
    ["headers that do not end", "GET /api/lab HTTP/1.1\r\nHost: localhost\r\nX: "],
    [
      "a body that does not end",
      "POST /api/experiments HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
    ],
    [
      "a body that is shorter than it said",
      "POST /api/experiments HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
    ],
  ])("with %s is let go", async (_, text) => {
    await using server = await startServer({ lab: dashboard.lab, requestMs: 500 });
    const began = performance.now();
    const said = await new Promise<string>((resolve, reject) => {
      let heard = "";
      const socket = connect(server.port, "127.0.0.1", () => socket.write(text));
      socket.on("data", (chunk) => (heard += chunk));
      socket.on("close", () => resolve(heard)).on("error", reject);
    });
    expect(said).toMatch(/^HTTP\/1.1 408 /);
    expect(performance.now() - began).toBeLessThan(2000);
  });
});

describe("below a path", () => {
  const basePath = "/proxy/4242";

  test("the same is answered, whether the proxy takes the path off or not, and nobody else is heard", async () => {
    const { lab } = dashboard;
    await using server = await startServer({ lab, page: join(folder, "web"), basePath });
    const call = (path: string, headers = {}, method = "GET") =>
      ask(path, { host: `127.0.0.1:${server.port}`, ...headers }, method, server.port);
    expect(server.address).toBe(`http://127.0.0.1:${server.port}${basePath}/`);
    for (const path of ["/", "/index.html", basePath, `${basePath}/`, `${basePath}/trials/1`]) {
      const { status, body } = await call(path);
      expect(status).toBe(200);
      expect(body).toContain(`<meta name="base-path" content="${basePath}" />`);
      expect(body).toContain(`src="${basePath}/assets/index-1a2b.js"`);
      expect(body).toContain(`href="${basePath}/assets/icon.svg"`);
    }
    for (const prefix of ["", basePath]) {
      expect((await call(`${prefix}/assets/index-1a2b.js`)).headers["cache-control"]).toContain("immutable");
      expect(JSON.parse((await call(`${prefix}/api/lab`)).body).version).toBeDefined();
      expect((await call(`${prefix}/api/none`)).status).toBe(404);
      expect((await call(`${prefix}/../secret.txt`)).status).toBe(404);
      for (const headers of [{ host: "evil.example" }, { origin: "https://evil.example" }]) {
        const action = `${prefix}/api/trials/${record.trials[0]!.result.id}/cancel`;
        expect((await call(action, headers, "POST")).status).toBe(403);
        expect((await call(`${prefix}/api/lab`, headers)).status).toBe(403);
      }
    }
    // A path that only begins alike is none of the server's.
    expect((await call(`${basePath}0/api/lab`)).body).toContain("The page");
  });

  test("the cookie of the token does not leave it", async () => {
    const { lab, db } = dashboard;
    const { hashes, fresh } = await openTokens(db, true);
    await using server = await startServer({ lab, basePath, tokens: hashes });
    const host = `127.0.0.1:${server.port}`;
    const call = (path: string, headers = {}) => ask(path, { host, ...headers }, "GET", server.port);
    expect((await call(`${basePath}/api/lab`)).status).toBe(401);
    const welcome = await call(`${basePath}/?token=${fresh}`);
    const [cookie] = welcome.headers["set-cookie"] as [string];
    expect(cookie).toContain(`Path=${basePath}/;`);
    expect(welcome.body).toContain(`url=${basePath}/`);
    expect((await call(`${basePath}/api/lab`, { cookie: cookie.split(";")[0] })).status).toBe(200);
  });

  test.each([
    ["", ""],
    ["/", ""],
    ["/proxy/4242/", "/proxy/4242"],
    ["/user/ada@example.org/proxy/4242", "/user/ada@example.org/proxy/4242"],
  ])("%j is the path %j", (text, path) => expect(parseBasePath(text)).toBe(path));

  test.each([
    "proxy",
    "//evil.example",
    "/a//b",
    "/a/../b",
    '/"><script>',
    "/a b",
    "/a;b",
    "https://hub/",
  ])("%j is none", (text) =>
    expect(() => parseBasePath(text)).toThrow("`basePath`: expected a path such as /proxy/4242"));
});
