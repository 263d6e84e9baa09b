import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { fetchFile } from "../../src/data/node/download.ts";
import { md5 } from "../../src/data/node/files.ts";
import type { Download } from "../../src/data/registry.ts";
import { serve } from "./server.ts";

const BYTES = Uint8Array.from({ length: 100_000 }, (_, i) => (i * i) % 251);
const FILE: Download = {
  name: "digits.gz",
  md5: md5(BYTES),
  size: BYTES.length,
  mirrors: ["https://unused.invalid/"],
  kind: "file",
};

let folder = "";
let path = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "shatter-download-"));
  path = join(folder, "inner", FILE.name);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

const fetched = async (): Promise<Uint8Array> => new Uint8Array(await readFile(path));
const left = (): Promise<string[]> => readdir(join(folder, "inner"));

describe("fetchFile", () => {
  test("fetches a file, makes its folder, tells its progress and leaves nothing else", async () => {
    await using server = await serve({ [FILE.name]: { bytes: BYTES } });
    const seen: number[] = [];
    await fetchFile(FILE, path, {
      mirror: server.url,
      onProgress: ({ name, received, total }) => {
        expect([name, total]).toEqual([FILE.name, BYTES.length]);
        seen.push(received);
      },
    });
    expect(await fetched()).toEqual(BYTES);
    expect(seen.at(-1)).toBe(BYTES.length);
    expect(await left()).toEqual([FILE.name]);
  });

  test("goes on where it was cut off", async () => {
    await using server = await serve({ [FILE.name]: { bytes: BYTES, etag: '"1"', cuts: [30_000, 20_000] } });
    await fetchFile(FILE, path, { mirror: server.url });
    expect(await fetched()).toEqual(BYTES);
    expect(server.ranges).toEqual([undefined, "bytes=30000-", "bytes=50000-"]);
  });

  test("goes on in a later call, and says how much is kept", async () => {
    await using bad = await serve({ [FILE.name]: { bytes: BYTES, cuts: [30_000, 0, 0] } });
    await expect(fetchFile(FILE, path, { mirror: bad.url })).rejects.toThrow(
      "30000 bytes are kept: run the command again to go on.",
    );
    expect(await left()).toEqual([`${FILE.name}.part`, `${FILE.name}.part.from`]);
    await using good = await serve({ [FILE.name]: { bytes: BYTES } });
    await fetchFile(FILE, path, { mirror: good.url });
    expect(good.ranges).toEqual(["bytes=30000-"]);
    expect(await fetched()).toEqual(BYTES);
    expect(await left()).toEqual([FILE.name]);
  });

  test("begins anew where a server answers a range with the whole file", async () => {
    await using server = await serve({ [FILE.name]: { bytes: BYTES, ignoresRanges: true, cuts: [30_000] } });
    await fetchFile(FILE, path, { mirror: server.url });
    expect(await fetched()).toEqual(BYTES);
  });

  test("begins anew where the server's file has changed since", async () => {
    const old = BYTES.map((byte) => byte ^ 1);
    const files = { [FILE.name]: { bytes: old, etag: '"old"', cuts: [30_000, 0, 0] } };
    await using server = await serve(files);
    await expect(fetchFile(FILE, path, { mirror: server.url })).rejects.toThrow("30000 bytes are kept");
    files[FILE.name] = { bytes: BYTES, etag: '"new"', cuts: [] };
    await fetchFile(FILE, path, { mirror: server.url });
    expect(await fetched()).toEqual(BYTES);
  });

  test("drops a part that is longer than the file", async () => {
    await using server = await serve({ [FILE.name]: { bytes: BYTES } });
    await fetchFile(FILE, path, { mirror: server.url });
    await rm(path);
    await writeFile(`${path}.part`, new Uint8Array(BYTES.length + 1));
    await fetchFile(FILE, path, { mirror: server.url });
    expect(await fetched()).toEqual(BYTES);
  });

  test("uses a part that is whole without asking anybody", async () => {
    await using server = await serve({ [FILE.name]: { bytes: BYTES } });
    await fetchFile(FILE, path, { mirror: server.url });
    await rm(path);
    await writeFile(`${path}.part`, BYTES);
    await fetchFile(FILE, path, { mirror: "http://127.0.0.1:1/" });
    expect(await fetched()).toEqual(BYTES);
  });

  test("refuses other bytes of the right length, and keeps none of them", async () => {
    const other = BYTES.map((byte, i) => (i === 5 ? byte ^ 1 : byte));
    await using server = await serve({ [FILE.name]: { bytes: other } });
    await expect(fetchFile(FILE, path, { mirror: server.url })).rejects.toThrow(
      expect.objectContaining({
        name: "DataError",
        message:
          `digits.gz: expected 100000 bytes with MD5 ${FILE.md5}, but could not fetch them from ` +
          `${server.url}digits.gz (expected MD5 ${FILE.md5}, got ${md5(other)}). ` +
          `Or fetch ${server.url}digits.gz by other means and put it at ${path}`,
      }),
    );
    expect(await left()).toEqual([]);
  });

  test("refuses a file that is longer than the official one", async () => {
    await using server = await serve({ [FILE.name]: { bytes: Uint8Array.of(...BYTES, 1) } });
    await expect(fetchFile(FILE, path, { mirror: server.url })).rejects.toThrow(
      "100001 bytes instead of 100000 bytes of the file",
    );
    expect(await left()).not.toContain(FILE.name);
  });

  test("refuses a file that is shorter than the official one", async () => {
    await using server = await serve({ [FILE.name]: { bytes: BYTES.subarray(0, 99_999) } });
    await expect(fetchFile(FILE, path, { mirror: server.url })).rejects.toThrow(/could not fetch/);
  });

  test.each([
    ["of another length", {}],
    ["of the right length", { type: "text/html; charset=utf-8" }],
  ])("keeps nothing of a login page %s", async (_, type) => {
    const page = new TextEncoder().encode("<!doctype html>".padEnd("type" in type ? BYTES.length : 536));
    await using server = await serve({ [FILE.name]: { bytes: page, ...type } });
    await expect(fetchFile(FILE, path, { mirror: server.url })).rejects.toThrow(
      /instead of 100000 bytes of the file: if this network asks for a login, log in with a browser first\)\. Or fetch/,
    );
    expect(await left()).toEqual([]);
  });

  test("begins anew, in the same call, where what was kept is the beginning of something else", async () => {
    await using server = await serve({ [FILE.name]: { bytes: BYTES } });
    await fetchFile(FILE, path, { mirror: server.url });
    await rm(path);
    await writeFile(`${path}.part`, "<!doctype html>");
    await fetchFile(FILE, path, { mirror: server.url });
    expect(server.ranges).toEqual([undefined, "bytes=15-", undefined]);
    expect(await fetched()).toEqual(BYTES);
  });

  test("takes the next mirror where the first has no such file", async () => {
    await using empty = await serve({});
    await using server = await serve({ [FILE.name]: { bytes: BYTES } });
    await fetchFile({ ...FILE, mirrors: [empty.url, server.url] }, path);
    expect(await fetched()).toEqual(BYTES);
  });

  test("says what failed on each mirror, and what to do by hand", async () => {
    await using empty = await serve({});
    const mirrors = [empty.url, "http://127.0.0.1:1/"];
    await expect(fetchFile({ ...FILE, mirrors }, path)).rejects.toThrow(
      new RegExp(
        `could not fetch them from ${empty.url}digits.gz \\(HTTP 404\\), ` +
          `http://127.0.0.1:1/digits.gz \\(fetch failed: .+\\)\\. ` +
          `Or fetch ${empty.url}digits.gz by other means and put it at ${path}`,
      ),
    );
  });

  test("fetches through the proxy of the environment, but for hosts without", async () => {
    await using server = await serve({ [FILE.name]: { bytes: BYTES } });
    vi.stubEnv("HTTP_PROXY", server.url);
    await fetchFile(FILE, path, { mirror: "http://files.invalid/" });
    expect(await fetched()).toEqual(BYTES);
    expect(server.proxied).toEqual(["files.invalid:80"]);
    await rm(path);
    vi.stubEnv("NO_PROXY", "127.0.0.1");
    await fetchFile(FILE, path, { mirror: server.url });
    expect(server.proxied.length).toBe(1);
  });

  test.each([
    ["does not lead there", (url: string) => url.replace("//", "//user:secret@")],
    ["is none", () => "http://user:secret@:port"],
  ])("says nothing of the password of a proxy that %s", async (_, addressOf) => {
    await using server = await serve({});
    vi.stubEnv("HTTPS_PROXY", addressOf(server.url));
    const error = await fetchFile(FILE, path, { mirror: "https://files.invalid/" }).catch(String);
    expect(error).toMatch(/Proxies are those of HTTPS_PROXY\.|HTTPS_PROXY: expected the address of a proxy/);
    expect(error).not.toContain("secret");
  });

  test("leaves a proxy alone that hangs up", async () => {
    let asked = 0;
    const proxy = createServer((socket) => {
      asked++;
      socket.destroy();
    }).listen(0, "127.0.0.1");
    await once(proxy, "listening");
    vi.stubEnv("HTTPS_PROXY", `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
    const refused = fetchFile(FILE, path, { mirror: "https://files.invalid/", patience: 0.2 });
    await expect(refused).rejects.toThrow("Proxies are those of HTTPS_PROXY.");
    const before = asked;
    await sleep(200);
    expect(before).toBeGreaterThan(0);
    expect(asked).toBeLessThanOrEqual(before + 1);
    proxy.close();
  });

  test("gives up on a server that says nothing", async () => {
    await using server = await serve({ [FILE.name]: { bytes: BYTES, silent: true } });
    await expect(fetchFile(FILE, path, { mirror: server.url, patience: 0.2 })).rejects.toThrow(
      "no answer for 0.2 s",
    );
  });
});
