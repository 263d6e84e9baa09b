/**
 * @file The theories of a folder, over a real socket: what is listed of it, and what is not.
 */

import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { theoryResultSchema } from "../../src/theory/theory-result.ts";
import { openDashboard } from "./fixture.ts";

const folder = await mkdtemp(join(tmpdir(), "shatter-theories-"));
const records = join(import.meta.dirname, "..", "..", "records");
await cp(join(records, "2026-11-21_theory-implicit_mnist"), join(folder, "implicit"), { recursive: true });
for (const [id, text] of [
  ["damaged", '{ "schema": "shatter/theory@1", "name": '],
  ["experiment", '{ "schema": "shatter/experiment@1" }'],
] as const) {
  await mkdir(join(folder, id));
  await writeFile(join(folder, id, "result.json"), text);
}
const dashboard = await openDashboard([], { theories: folder });

afterAll(async () => {
  expect(dashboard.errors).toEqual([]);
  await dashboard[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

test("those that can be read are listed with what came out, and shown with their files", async () => {
  const { document, files } = await dashboard.json("/api/theories/implicit");
  const { title, findings, provenance } = theoryResultSchema.parse(document);
  expect(await dashboard.json("/api/theories")).toMatchObject([
    { id: "implicit", name: "implicit", title, finding: findings[0], startedAt: provenance.started },
  ]);
  const csv = files.find(({ name }: { name: string }) => name.endsWith("-points.csv")).name;
  const file = await dashboard.ask(`/api/theories/implicit/files/${csv}`);
  expect(file.headers.get("content-type")).toMatch(/^text\/csv/);
  expect((await file.text()).split("\n").length).toBeGreaterThan(10);
});

test.each([
  ["damaged", 409, /expected JSON/],
  ["experiment", 404, /theory/],
  ["..%2Fimplicit", 404, /theory/],
  ["implicit/files/..%2Fresult.json", 404, /report file/],
])("%s is refused with %i", async (path, status, error) => {
  const answer = await dashboard.ask(`/api/theories/${path}`);
  expect(answer.status).toBe(status);
  expect((await answer.json()).error).toMatch(error);
});
