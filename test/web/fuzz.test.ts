/**
 * @file Malformed requests to every route: none breaks the server, hangs it or changes the lab.
 *
 * The requests are drawn from a seed. They go over bare sockets, since clients refuse to send most of them.
 */

import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RandomStream, randomStream } from "../../src/base/random.ts";
import { errorAnswer } from "./answers.ts";
import { addWorker, type Dashboard, idOf, openDashboard, planRecord, recordOf, replay } from "./fixture.ts";

const record = recordOf("2026-11-21_table-4_mlps");
const id = idOf(record);
const [done, waiting] = record.trials.map(({ result }) => result.id);

/** Every answer comes within this time, in milliseconds: half of a request's may be waited for. */
const PATIENCE_MS = 2000;
const REQUEST_MS = 1000;

let dashboard: Dashboard;
let before: string;

beforeAll(async () => {
  dashboard = await openDashboard([record], { requestMs: REQUEST_MS });
  await planRecord(dashboard.db, record);
  await replay(dashboard.db, await addWorker(dashboard.db), record.trials[0]!, record);
  // The helper's process takes longer to start than to answer.
  await dashboard.ask(`/api/experiments/${id}/files/claims.md`);
  before = await everything();
});

afterAll(async () => {
  // Whatever was asked, the lab is as it was, and the server never blamed itself.
  expect(await everything()).toBe(before);
  expect(dashboard.errors).toEqual([]);
  expect((await dashboard.json("/api/lab")).trials.done).toBe(1);
  await dashboard[Symbol.asyncDispose]();
});

/** All rows of the tables that requests could reach. */
async function everything(): Promise<string> {
  const { db } = dashboard;
  const tables = [
    "experiments",
    "experiment_trials",
    "trials",
    "attempts",
    "results",
    "events",
    "tokens",
  ] as const;
  const rows = [];
  for (const table of tables) rows.push(table, await db.selectFrom(table).selectAll().execute());
  return JSON.stringify(rows);
}

/** What came back over a socket, until the server closed it or the answer was whole. */
function send(bytes: string | Uint8Array): Promise<{ status: number; text: string; ms: number }> {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(dashboard.server.port, "127.0.0.1", () => socket.write(bytes));
    const late = setTimeout(
      () => socket.destroy(new Error(`no answer to ${JSON.stringify(String(bytes).slice(0, 300))}`)),
      PATIENCE_MS,
    );
    const end = (): void => {
      clearTimeout(late);
      const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1] ?? 0);
      resolve({ status, text, ms: performance.now() - began });
    };
    socket.on("data", (chunk) => (text += chunk.toString("latin1")));
    socket.on("close", end);
    // A server that has had enough of somebody may reset the connection after its answer.
    socket.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNRESET" || error.code === "EPIPE") end();
      else reject(error);
    });
  });
}

/** Ask, and be answered with anything but a mistake of the server. */
async function survive(
  method: string,
  target: string,
  headers: readonly string[] = [],
  body = "",
): Promise<number> {
  const head = [`${method} ${target} HTTP/1.1`, "Host: localhost", "Connection: close", ...headers];
  const { status, text } = await send(Buffer.from(`${head.join("\r\n")}\r\n\r\n${body}`, "latin1"));
  const asked = `${method} ${target.slice(0, 200)} ${headers.join("; ").slice(0, 200)} -> ${status} ${text.slice(0, 300)}`;
  expect(status, asked).toBeGreaterThanOrEqual(200);
  expect(status, asked).toBeLessThan(500);
  return status;
}

const routes = [
  ...[
    "/api/lab",
    "/api/status",
    "/api/experiments",
    `/api/experiments/${id}`,
    `/api/experiments/${id}/document`,
  ],
  ...[`/api/experiments/${id}/files/claims.md`, "/api/trials", `/api/trials/${done}`],
  ...[`/api/trials/${done}/epochs`, `/api/trials/${done}/result`, `/api/trials/${waiting}/misfit`],
  ...["/api/compare", "/api/data", "/api/workers", "/api/catalog", "/"],
];
const posts = [
  ...["/api/experiments", "/api/experiments/none/cancel", "/api/experiments/none/retry"],
  ...["/api/trials/none/cancel", "/api/trials/none/retry"],
];
const parameters = [
  ...[
    "experiment",
    "state",
    "model",
    "dataset",
    "inputs",
    "corrupt",
    "seed",
    "ids",
    "text",
    "sort",
    "offset",
  ],
  ...["limit", "format", "metric", "by", "points", "count", "epoch", "token", "__proto__", "constructor"],
];

const nasty = [
  ...[
    "'",
    "' or '1'='1",
    "'; drop table shatter.trials; --",
    "%27%20union%20select%20hash%20from%20shatter.tokens--",
  ],
  ...[
    "$1",
    "$$",
    "\\",
    "%",
    "_",
    "%25%5f",
    "..%2f..%2fetc%2fpasswd",
    "..%5c",
    "%00",
    "%0d%0aX-Evil:%201",
    "%c0%af",
  ],
  ...[
    "%ff%fe",
    "%",
    "%zz",
    "%ed%a0%80",
    "NaN",
    "Infinity",
    "-0",
    "1e999",
    "-1",
    "0x10",
    "99999999999999999999",
  ],
  ...[
    "%F0%9F%92%A9",
    "%E2%80%AE",
    "%EF%BB%BF",
    "null",
    "undefined",
    "[object%20Object]",
    "true",
    "{}",
    "[]",
    ",,,,",
  ],
  ...[
    "a".repeat(5000),
    "1,".repeat(3000),
    "__proto__",
    "constructor",
    "$%7B7*7%7D",
    "{{7*7}}",
    "<script>",
    "\t",
    "+",
  ],
];

const pick = <T>(random: RandomStream, values: readonly T[]): T => values[random.below(values.length)]!;

/** Random bytes that may stand in an address, each by itself or escaped. */
const noise = (random: RandomStream, length: number): string =>
  Array.from({ length }, () => {
    const byte = random.below(256);
    const isPlain = byte > 32 && byte < 127 && byte !== 35 && random.below(2) === 0;
    return isPlain ? String.fromCharCode(byte) : `%${byte.toString(16).padStart(2, "0")}`;
  }).join("");

describe("the server survives", () => {
  test("every parameter of every reading route with every nasty value", { timeout: 300_000 }, async () => {
    const random = randomStream(1, "fuzz-parameters");
    for (const route of routes) {
      for (const value of nasty) {
        const query = Array.from(
          { length: 1 + random.below(3) },
          () => `${pick(random, parameters)}=${value}`,
        );
        const target = `${route}?${query.join("&")}`.replaceAll(/[\t ]/g, "%20");
        await survive("GET", target);
      }
    }
  });

  test("names that are none, in every place of an address", { timeout: 300_000 }, async () => {
    const random = randomStream(2, "fuzz-names");
    for (let round = 0; round < 150; round++) {
      const name = (round % 2 ? pick(random, nasty) : noise(random, 1 + random.below(60))).replaceAll(
        /[\t ]/g,
        "%20",
      );
      const place = pick(random, [
        ...[
          `/api/experiments/${name}`,
          `/api/experiments/${name}/document`,
          `/api/experiments/${id}/files/${name}`,
        ],
        ...[
          `/api/trials/${name}`,
          `/api/trials/${name}/misfit`,
          `/api/data/${name}/grid`,
          `/${name}`,
          `/api/${name}`,
        ],
        ...[`/api/trials/${done}/${name}`, name, `//${name}`, `/assets/${name}`],
      ]);
      await survive("GET", place);
    }
  });

  test("methods that a route does not have", { timeout: 120_000 }, async () => {
    for (const method of ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "HEAD", "PROPFIND", "POST"]) {
      for (const route of [...routes, ...posts, "/api/live"]) {
        const status = await survive(method, route);
        if (method !== "HEAD" && method !== "POST") expect([401, 403, 404, 405, 400]).toContain(status);
      }
    }
    expect((await send("FOO /api/lab HTTP/1.1\r\nHost: localhost\r\n\r\n")).status).toBe(400);
  });

  test("bodies that are no JSON, or other JSON", { timeout: 120_000 }, async () => {
    const random = randomStream(3, "fuzz-bodies");
    const deep = `${"[".repeat(30_000)}${"]".repeat(30_000)}`;
    const fields = ["name", "scale", "models", "seeds", "priority", "__proto__", "constructor"];
    const values = [
      null,
      true,
      -1,
      1e308,
      "",
      "table-4",
      "'; drop table trials; --",
      [],
      [[]],
      {},
      "\u0000",
      "\ud800",
    ];
    const bodies = [
      ...["", "null", "[]", "{", '"', "0", "{}", "\u0000", deep, `{"name":${deep}}`, "nan", "{'name':1}"],
      ...Array.from({ length: 40 }, () =>
        JSON.stringify(Object.fromEntries([1, 2, 3].map(() => [pick(random, fields), pick(random, values)]))),
      ),
      ...Array.from({ length: 20 }, () => noise(random, random.below(500))),
    ];
    for (const body of bodies) {
      for (const route of posts) {
        const headers = [
          "Content-Type: application/json",
          `Content-Length: ${Buffer.byteLength(body, "latin1")}`,
        ];
        const status = await survive("POST", route, headers, body);
        expect([400, 404, 422]).toContain(status);
      }
    }
  });

  test("bodies that are too large, said or not", { timeout: 60_000 }, async () => {
    const large = `{"name": "${"x".repeat(70_000)}"}`;
    const type = "Content-Type: application/json";
    for (const route of posts) {
      expect(await survive("POST", route, [type, `Content-Length: ${large.length}`], large)).toBe(413);
      expect(await survive("POST", route, [type, "Content-Length: 99999999999"], "{")).toBe(413);
      const chunked = `${large.length.toString(16)}\r\n${large}\r\n0\r\n\r\n`;
      expect([413, 404]).toContain(
        await survive("POST", route, [type, "Transfer-Encoding: chunked"], chunked),
      );
    }
  });

  test("requests that do not end", { timeout: 60_000 }, async () => {
    const type = "Content-Type: application/json";
    for (const route of posts) {
      const status = await survive("POST", route, [type, "Transfer-Encoding: chunked"], "1\r\n{\r\n");
      expect([404, 408]).toContain(status);
      expect([404, 408]).toContain(await survive("POST", route, [type, "Content-Length: 50"], "{"));
    }
    // Nobody who reads waits for a body.
    for (const route of routes) await survive("GET", route, ["Transfer-Encoding: chunked"], "1\r\n{\r\n");
    expect((await send("GET /api/lab HTT")).status).toBe(408);
  });

  test("bytes that are no request", { timeout: 60_000 }, async () => {
    const random = randomStream(4, "fuzz-bytes");
    for (let round = 0; round < 40; round++) {
      const bytes = Uint8Array.from({ length: 1 + random.below(2000) }, () => random.below(256));
      const { status } = await send(Buffer.concat([bytes, Buffer.from("\r\n\r\n")]));
      expect([0, 400, 408, 431]).toContain(status);
    }
    const long = `GET /?${"a".repeat(100_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
    expect((await send(long)).status).toBe(431);
    const smuggled =
      "POST /api/experiments HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    expect((await send(smuggled)).status).toBe(400);
    expect((await send("GET /api/lab HTTP/1.1\r\nConnection: close\r\n\r\n")).status).toBe(400);
    expect((await send("GET /api/lab HTTP/1.0\r\n\r\n")).status).toBe(400);
  });

  test("headers of all kinds", { timeout: 60_000 }, async () => {
    const random = randomStream(5, "fuzz-headers");
    const names = [
      "Cookie",
      "Authorization",
      "If-None-Match",
      "Range",
      "Accept-Encoding",
      "Origin",
      "X-Forwarded-Host",
    ];
    for (let round = 0; round < 60; round++) {
      const value = Array.from({ length: random.below(300) }, () =>
        String.fromCharCode(32 + random.below(95)),
      ).join("");
      await survive("GET", pick(random, routes), [`${pick(random, names)}: ${value}`]);
    }
  });
});

test("a refusal is a sentence in JSON", async () => {
  for (const path of ["/api/trials?limit=x", "/api/none", "/api/trials/none", "/api/experiments/%00"]) {
    const answer = await dashboard.ask(path);
    expect(answer.ok).toBe(false);
    errorAnswer.parse(await answer.json());
  }
});
