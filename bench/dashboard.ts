/**
 * @file Times the dashboard's answers on a lab of many trials: `node bench/dashboard.ts [--database-url url]`.
 *
 * Fills a lab with synthetic trials (10,000, and 1,000,000 rows of history unless told), serves it, and asks each
 * route from outside, as a page would. On PGlite the database runs in the server's own process.
 */

import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { sql } from "kysely";
import { UsageError } from "../src/base/errors.ts";
import { openLabContents } from "../src/lab/contents.ts";
import { openNetworks } from "../src/lab/networks.ts";
import type { DatabaseLab } from "../src/lab/open.ts";
import { type Database, LAB_SCHEMA } from "../src/store/database.ts";
import { openEmbedded, openServer } from "../src/store/node/open.ts";
import { paperRecipe } from "../src/train/recipe.ts";
import { startServer } from "../src/web/server.ts";

const { values } = parseArgs({
  options: {
    "database-url": { type: "string" },
    // Filled if it is empty, and kept.
    lab: { type: "string" },
    trials: { type: "string", default: "10000" },
    epochs: { type: "string", default: "100" },
    repeats: { type: "string", default: "15" },
    // Seconds of live updates after the times, to see what they cost and whether memory grows.
    soak: { type: "string", default: "0" },
  },
});
const trials = Number(values.trials);
const epochs = Number(values.epochs);

const folder = values.lab ?? (await mkdtemp(join(tmpdir(), "shatter-bench-")));
const url = values["database-url"];
const database: Database = url === undefined ? await openEmbedded(folder) : await openServer(url);
const db = database.tables;
const table = (name: string) => sql.table(`${LAB_SCHEMA}.${name}`);

/** Eight models, five corruptions, four inputs: 160 conditions, and as many seeds as it takes; ten experiments. */
async function fill(): Promise<void> {
  const spec = {
    schema: "shatter/trial@1",
    inputs: "true",
    corrupt: 0,
    model: "",
    recipe: paperRecipe,
    seed: 0,
    dataset: { name: "cifar10", hash: "f".repeat(64), train: 50_000, test: 10_000 },
  };
  await sql`
    insert into ${table("trials")} (id, spec, source, state, model, dataset, inputs, corrupt, seed, epochs_allowed,
      epoch, train_loss, train_accuracy, test_accuracy, attempts, error, updated_at, created_at)
    select substr(md5(i::text), 1, 16),
      ${JSON.stringify(spec)}::jsonb || jsonb_build_object('model', 'model-' || i % 8, 'corrupt', (i / 8 % 5) * 0.25,
        'inputs', (array['true', 'shuffled', 'random', 'gaussian'])[1 + i / 40 % 4], 'seed', i / 160),
      '{"name": "cifar10"}'::jsonb,
      case when i % 100 < 80 then 'done' when i % 100 < 97 then 'waiting' when i % 100 < 98 then 'quarantined'
        else 'running' end,
      'model-' || i % 8, 'cifar10', (array['true', 'shuffled', 'random', 'gaussian'])[1 + i / 40 % 4],
      (i / 8 % 5) * 0.25, i / 160, ${epochs}::int, case when i % 100 < 80 then ${epochs}::int else 0 end,
      random(), random(), random(), 1,
      case when i % 100 = 97 then 'out of memory on machine ' || i end,
      now() - make_interval(secs => 60 + i), now() - make_interval(secs => 60 + i)
    from generate_series(0, ${trials}::int - 1) as i`.execute(db);
  await sql`
    insert into ${table("experiments")} (id, name, title, scale, definition)
    select 'experiment-' || i, 'experiment-' || i, 'Experiment ' || i, 'paper', '{}'::jsonb
    from generate_series(0, 9) as i`.execute(db);
  await sql`
    insert into ${table("experiment_trials")} (experiment_id, trial_id, position)
    select 'experiment-' || seed % 10, id, row_number() over () from ${table("trials")}`.execute(db);
  await sql`
    insert into ${table("results")} (trial_id, attempt, status, epochs, epochs_to_fit, train_loss, train_accuracy,
      test_accuracy, seconds, hash, document, created_at)
    select id, 1, 'done', epoch, epoch / 2, train_loss, train_accuracy, test_accuracy, 60 * random(), md5(id),
      jsonb_build_object('spec', spec, 'history', (select jsonb_agg(jsonb_build_object('epoch', e, 'trainLoss',
        random(), 'fitLoss', random(), 'trainAccuracy', random(), 'testAccuracy', random()))
        from generate_series(1, epoch) as e)), updated_at
    from ${table("trials")} where state = 'done'`.execute(db);
  const worker = randomUUID();
  await sql`
    insert into ${table("workers")} (id, host, pid, machine, program, device, jobs, threads)
    values (${worker}::uuid, 'host', 1, 'machine', 'program', 'cpu', 4, 1)`.execute(db);
  await sql`
    insert into ${table("attempts")} (trial_id, number, token, worker_id, job_id, state, farthest_before, ended_at)
    select id, 1, gen_random_uuid(), ${worker}::uuid, gen_random_uuid(), state, 0,
      case when state = 'done' then now() + interval '1 minute' end
    from ${table("trials")} where state in ('done', 'running')`.execute(db);
  const part = 1000;
  for (let first = 0; first < trials; first += part) {
    await sql`
      insert into ${table("epochs")} (trial_id, epoch, train_loss, fit_loss, train_accuracy, test_accuracy)
      select substr(md5(i::text), 1, 16), e, exp(-e / 20.0) + random() / 10, exp(-e / 20.0), 1 - exp(-e / 20.0), random()
      from generate_series(${first}::int, ${Math.min(trials, first + part) - 1}::int) as i,
        generate_series(1, ${epochs}::int) as e`.execute(db);
  }
  await sql`analyze`.execute(db);
}

/** Pages that listen while forty trials change ten times a second; half of them never read. */
async function soak(seconds: number): Promise<void> {
  const over = new AbortController();
  let events = 0;
  const pages = Array.from({ length: 20 }, async (_, page) => {
    const answer = await fetch(`${server.address}api/live`, { signal: over.signal });
    if (page % 2 === 1) return;
    for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream()))
      events += chunk.split("data:").length - 1;
  });
  console.log(`\n${"".padEnd(10)} heap    resident  processor  events a page and second`);
  const parts = 6;
  for (let part = 1; part <= parts; part++) {
    const start = performance.now();
    const before = process.cpuUsage();
    events = 0;
    while (performance.now() - start < (seconds * 1000) / parts) {
      await sql`update ${table("trials")} set share = random(), updated_at = now()
        where id in (select id from ${table("trials")} where state = 'running' limit 40)`.execute(db);
      await sleep(100);
    }
    const spent = (performance.now() - start) / 1000;
    const { user, system } = process.cpuUsage(before);
    globalThis.gc?.();
    const { heapUsed, rss } = process.memoryUsage();
    const cells = [`${(heapUsed / 2 ** 20).toFixed(1)} MiB`, `${(rss / 2 ** 20).toFixed(0)} MiB`];
    const share = `${((user + system) / 1e4 / spent).toFixed(0)} %`;
    console.log(
      `${(part * spent).toFixed(0).padStart(6)} s ${cells.map((cell) => cell.padStart(10)).join("")}${share.padStart(9)}${(events / spent / 10).toFixed(1).padStart(10)}`,
    );
  }
  over.abort();
  await Promise.allSettled(pages);
}

const began = performance.now();
const isEmpty = (await db.selectFrom("trials").select("id").executeTakeFirst()) === undefined;
if (isEmpty) await fill();
const seconds = ((performance.now() - began) / 1000).toFixed(0);
console.log(
  `${trials} trials, ${trials * epochs} rows of history on ${database.kind}, filled in ${seconds} s`,
);

const refuse = (): never => {
  throw new UsageError("this lab is for reading");
};
const lab: DatabaseLab = {
  database,
  contents: openLabContents(database, folder),
  networks: openNetworks(undefined),
  start: refuse,
  cancel: refuse,
  retry: refuse,
  document: refuse,
  [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
};
const server = await startServer({ lab, onError: (error) => console.error(error) });
const first = await db.selectFrom("trials").select("id").executeTakeFirstOrThrow();
const day = await db.selectFrom("experiments").select("id").executeTakeFirstOrThrow();

/** What a page asks, and the most milliseconds it may take. */
const asked: readonly (readonly [what: string, path: string, limit: number])[] = [
  ["lab", "lab", 1000],
  ["experiments", "experiments", 1000],
  ["an experiment", `experiments/${day.id}`, 1000],
  ["trials, first page", "trials", 1000],
  ["trials of an experiment", `trials?experiment=${day.id}`, 200],
  ["by model and state", "trials?model=model-1,model-2&state=done,running", 200],
  ["by corruption, sorted", "trials?corrupt=0.5&sort=-testAccuracy", 200],
  ["by text", "trials?text=machine%201", 200],
  ["sorted by seconds", "trials?sort=-seconds", 200],
  ["last page", `trials?sort=model&offset=${trials - 50}`, 200],
  ["1,000 a page", "trials?limit=1000", 1000],
  ["a trial", `trials/${first.id}`, 200],
  ["its history", `trials/${first.id}/epochs`, 200],
  ["compare an experiment", `compare?experiment=${day.id}`, 1000],
  ["compare by model", `compare?experiment=${day.id}&by=model`, 1000],
  ["compare one condition", "compare?model=model-0&corrupt=0&inputs=true", 200],
  ["workers", "workers", 200],
];
let missed = 0;
console.log(`\n${"".padEnd(26)} median     95 %    limit  bytes`);
for (const [what, path, limit] of asked) {
  const times: number[] = [];
  let bytes = 0;
  for (let repeat = 0; repeat < Number(values.repeats); repeat++) {
    const start = performance.now();
    const answer = await fetch(`${server.address}api/${path}`);
    bytes = (await answer.arrayBuffer()).byteLength;
    times.push(performance.now() - start);
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status}`);
  }
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(share * times.length))]!;
  const isLate = at(0.95) > limit;
  if (isLate) missed++;
  const cells = [at(0.5).toFixed(0), at(0.95).toFixed(0), limit].map((cell) => `${cell} ms`.padStart(9));
  console.log(`${what.padEnd(24)}${cells.join("")}  ${bytes}${isLate ? "  LATE" : ""}`);
}
if (Number(values.soak) > 0) await soak(Number(values.soak));
await server[Symbol.asyncDispose]();
await lab[Symbol.asyncDispose]();
if (values.lab === undefined) await rm(folder, { recursive: true, force: true });
process.exitCode = missed > 0 ? 1 : 0;
