/**
 * @file The rooms of `src/` stand on floors, and imports go down only; Node and packages come in at known doors.
 */

import { readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";

const SRC = join(import.meta.dirname, "..", "src");

/** The rooms, ground floor first. A room imports itself and lower floors only; the files in `src/` itself are the roof. */
const FLOORS = [
  ["base"],
  ["disk", "document"],
  ["graph", "data", "store"],
  ["nn"],
  ["train", "import"],
  ["run"],
  ["verdict", "theory"],
  ["audit"],
  ["paper"],
  ["lab", "report"],
  ["web"],
  ["cli", "page"],
  ["play"],
];

/** Rooms of programs that run on Node; elsewhere what needs it is in a folder `node`. All else runs in a browser unchanged. */
const NODE_ROOMS = ["disk", "lab", "web", "cli"];

/** Who may import a package, as rooms or files; those that need Node are for the doors to it besides. */
const PACKAGES: Readonly<
  Record<string, { readonly rooms: readonly string[]; readonly needsNode?: boolean }>
> = {
  "@bufbuild/protobuf": { rooms: ["graph"] },
  "@electric-sql/pglite": { rooms: ["store"], needsNode: true },
  "@hono/node-server": { rooms: ["web"], needsNode: true },
  "@observablehq/plot": { rooms: ["report"] },
  "cli-progress": { rooms: ["cli"], needsNode: true },
  commander: { rooms: ["cli"], needsNode: true },
  "d3-dsv": { rooms: ["report", "lab", "web", "page"] },
  "happy-dom": { rooms: ["report"], needsNode: true },
  hono: { rooms: ["web"], needsNode: true },
  hyparquet: { rooms: ["data"] },
  kysely: { rooms: ["store", "lab"] },
  "onnxruntime-node": { rooms: ["run"], needsNode: true },
  pg: { rooms: ["store"], needsNode: true },
  "pg-boss": { rooms: ["store", "lab"], needsNode: true },
  "onnxruntime-web": { rooms: ["play"] },
  preact: { rooms: ["page", "play"] },
  sharp: { rooms: ["report", "data"], needsNode: true },
  "tar-stream": { rooms: ["data"], needsNode: true },
  yaml: { rooms: ["document"] },
  // Schemas are everywhere but on the page, which would load the whole library.
  zod: { rooms: FLOORS.flat().filter((room) => room !== "page") },
};

/**
 * Files that know things by name, and the files and rooms that may ask them. A name becomes a model or a dataset in
 * `run/subject.ts`; who else looks into the tables lists them, or fetches and checks the files of a dataset.
 */
const TABLES: Readonly<Record<string, readonly string[]>> = {
  "nn/models.ts": ["run/subject.ts"],
  "data/registry.ts": [
    "run/subject.ts",
    "cli/data.ts",
    "cli/data-manifest.ts",
    "cli/doctor.ts",
    "web/routes/data.ts",
  ],
  "run/subject.ts": ["run/node/library.ts", "audit/node/audit.ts", "paper", "lab/test.ts", "cli", "play"],
};

const floorOf = (room: string): number => FLOORS.findIndex((rooms) => rooms.includes(room));
const roomOf = (path: string): string => path.split("/")[0]!;
const isRoof = (path: string): boolean => !path.includes("/");
const isNodeDoor = (path: string): boolean =>
  isRoof(path) || NODE_ROOMS.includes(roomOf(path)) || path.split("/").includes("node");

/** One import: where from, and whether it is of types only, which are gone when the program runs. */
interface Import {
  readonly path: string;
  readonly isType: boolean;
}

/** Everything a module asks for: `import` and `export ... from` at the beginning of a line, and `import("...")` anywhere. */
function importsOf(text: string): Import[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/^\s*\/\/.*$/gm, "");
  const statements = code.matchAll(
    /^(?:import|export)( type)?\b(?:[^;"'`()=]*?\bfrom)?\s*["']([^"']+)["']/gm,
  );
  const calls = code.matchAll(/(typeof |[=:<|]\s*)?\bimport\(\s*["']([^"']+)["']/g);
  return [...statements, ...calls].map(([, isType, path]) => ({ path: path!, isType: isType !== undefined }));
}

/**
 * What is wrong with the imports of a file.
 *
 * @param file - Path inside `src/`.
 */
function complaints(file: string, text: string): string[] {
  const here = roomOf(file);
  return importsOf(text).flatMap(({ path, isType }) => {
    if (!path.startsWith(".")) return packageComplaints(file, path, isType);
    const target = join(dirname(file), path);
    const there = roomOf(target);
    if (isNodeDoor(target) && !isNodeDoor(file) && !isType) {
      return [
        `${file} may not import ${path}: it needs Node, which is for ${NODE_ROOMS.join(", ")} and folders "node"`,
      ];
    }
    const asks = TABLES[target];
    if (asks && !isType && !isRoof(file) && !asks.includes(file) && !asks.includes(here)) {
      return [`${file} may not import ${path}: names are for ${asks.join(", ")}`];
    }
    if (here === there || isRoof(file)) return [];
    if (floorOf(there) < 0) return [`${file} imports ${path}, but "${there}" is no room`];
    return floorOf(there) < floorOf(here)
      ? []
      : [`${file} may not import ${path}: ${there} is not below ${here}`];
  });
}

/** A package, or a module of Node. */
function packageComplaints(file: string, path: string, isType: boolean): string[] {
  if (path.startsWith("node:") || builtinModules.includes(path)) {
    return isNodeDoor(file) && path.startsWith("node:") ? [] : [`${file} may not import ${path}`];
  }
  const name = path
    .split("/")
    .slice(0, path.startsWith("@") ? 2 : 1)
    .join("/");
  const rule = PACKAGES[name];
  if (!rule) return [`${file} imports ${path}, and no room may have it`];
  if (isType) return [];
  const isAllowed = rule.rooms.includes(roomOf(file)) && (!rule.needsNode || isNodeDoor(file));
  return isAllowed ? [] : [`${file} may not import ${path}: it is for ${rule.rooms.join(", ")}`];
}

const texts = new Map(
  readdirSync(SRC, { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => /\.tsx?$/.test(path))
    .map((path) => [path, readFileSync(join(SRC, path), "utf8")] as const),
);
const files = [...texts.keys()];

/** The files that a program of this file is made of, itself first. */
function closureOf(file: string): string[] {
  const found = new Set([file]);
  for (const each of found) {
    for (const { path, isType } of importsOf(texts.get(each) ?? "")) {
      if (path.startsWith(".") && !isType) found.add(join(dirname(each), path));
    }
  }
  return [...found];
}

describe("the floors", () => {
  test.each(files)("%s imports downwards only, and what its room may have", (file) => {
    if (!isRoof(file)) expect(floorOf(roomOf(file)), `${roomOf(file)} is a room`).toBeGreaterThanOrEqual(0);
    expect(complaints(file, texts.get(file)!)).toEqual([]);
  });

  test.each(files.filter((file) => file.split("/").includes("node")))("%s needs Node", (file) => {
    const needs = importsOf(texts.get(file)!).filter(
      ({ path, isType }) =>
        !isType &&
        (path.startsWith(".")
          ? isNodeDoor(join(dirname(file), path))
          : path.startsWith("node:") || PACKAGES[path]?.needsNode),
    );
    expect(needs).not.toEqual([]);
  });
});

test.each(
  Object.entries(TABLES).flatMap(([table, asks]) => asks.map((ask) => [table, ask] as const)),
)("%s is asked by %s", (table, ask) => {
  const asking = files.filter((file) => file === ask || roomOf(file) === ask);
  const asked = asking.filter((file) =>
    importsOf(texts.get(file)!).some(({ path, isType }) => !isType && join(dirname(file), path) === table),
  );
  expect(asked).not.toEqual([]);
});

/** The options of the commands, which only those who type them know; errors of lower rooms name the fields of their options. */
const FLAGS = new Set(
  files
    .filter((file) => roomOf(file) === "cli")
    .flatMap((file) => [...texts.get(file)!.matchAll(/"--([a-z][\w-]*)/g)].map(([, name]) => name!)),
);

/** What documents say of a test and of theories: it keeps its words, and the reader has the command that made it. */
const TELLS_OF_COMMANDS = [
  "verdict/context.ts",
  "verdict/capacity.ts",
  "verdict/escalation.ts",
  "verdict/learning.ts",
  "verdict/labels.ts",
  "verdict/looked-at.ts",
  "verdict/numbers.ts",
  "theory/implicit/result.ts",
  "theory/kernel/result.ts",
  "theory/node/filters.ts",
  "theory/rademacher/result.ts",
];

/** Flags in a text, or made in one; a whole command, such as `shatter status --trials`, may have some. */
const flagsIn = (text: string): string[] =>
  [...text.matchAll(/(shatter [^"`;]*)?(?<![\w-])--(?:\$\{\w+\}[: ]|([a-z][\w-]*))/g)].flatMap(
    ([said, command, name]) =>
      command === undefined && (name === undefined || FLAGS.has(name)) ? [said] : [],
  );

test.each(
  files.filter((file) => !isRoof(file) && floorOf(roomOf(file)) < floorOf("cli")),
)("%s speaks of fields, not of flags", (file) => {
  expect(flagsIn(texts.get(file)!).length > 0).toBe(TELLS_OF_COMMANDS.includes(file));
});

test("a user's own code is run by nothing but the command and the function that ask for it", () => {
  const importers = (target: string): string[] =>
    files.filter((file) =>
      importsOf(texts.get(file)!).some(
        ({ path, isType }) => !isType && path.startsWith(".") && join(dirname(file), path) === target,
      ),
    );
  expect(importers("data/node/prepare-module.ts")).toEqual(["lab/pipeline.ts"]);
  expect(importers("lab/pipeline.ts")).toEqual(["lab/test.ts"]);
  expect(importers("lab/test.ts").sort()).toEqual(["cli/test.ts", "index.ts"]);
});

const PLAY = ["play/main.tsx", "play/worker.ts", "play/theory/worker.ts", "play/own-data/worker.ts"];

test.each([
  "graph.ts",
  "data.ts",
  "browser.ts",
  ...PLAY,
])("%s is made of files that need no Node", (entry) => {
  expect(closureOf(entry).filter((file) => !isRoof(file) && isNodeDoor(file))).toEqual([]);
});

test("the page's program has neither Node nor schemas in it", () => {
  const packages = closureOf("page/main.tsx").flatMap((file) =>
    importsOf(texts.get(file) ?? "").filter(({ path, isType }) => !path.startsWith(".") && !isType),
  );
  expect([...new Set(packages.map(({ path }) => path))].sort()).toEqual([
    "@observablehq/plot",
    "d3-dsv",
    "preact",
    "preact/hooks",
  ]);
});

test.each(["theorem", "interpolation", "descent"])("the page %s of theory is light", (page) => {
  const packages = closureOf(`play/theory/${page}-page.tsx`).flatMap((file) =>
    importsOf(texts.get(file) ?? "").filter(({ path, isType }) => !path.startsWith(".") && !isType),
  );
  expect([...new Set(packages.map(({ path }) => path))].sort()).toEqual(["preact", "preact/hooks"]);
});

/**
 * Files that import each other in a circle, types counted too, and why: none.
 *
 * A circle that is gone must leave this list.
 */
const CIRCLES: readonly (readonly string[])[] = [];

/** Every set of files each of which reaches all others by imports. */
function circlesOf(imports: ReadonlyMap<string, readonly string[]>): string[][] {
  const reached = new Map([...imports.keys()].map((file) => [file, new Set<string>()]));
  for (const [start, seen] of reached) {
    const open = [start];
    for (let file = open.pop(); file !== undefined; file = open.pop()) {
      for (const next of imports.get(file) ?? []) {
        if (!seen.has(next)) open.push(next);
        seen.add(next);
      }
    }
  }
  const circles = [...reached].map(([file, seen]) =>
    [...seen].filter((other) => reached.get(other)?.has(file)).sort(),
  );
  return [
    ...new Map(circles.filter(({ length }) => length > 0).map((circle) => [circle.join(), circle])).values(),
  ];
}

describe("circles between files", () => {
  test("are those that are stated", () => {
    const imports = files.map((file): [string, string[]] => [
      file,
      importsOf(texts.get(file)!)
        .filter(({ path }) => path.startsWith("."))
        .map(({ path }) => join(dirname(file), path).replaceAll("\\", "/")),
    ]);
    expect(circlesOf(new Map(imports)).sort()).toEqual(CIRCLES);
  });

  test("are found, however long, and nothing else is", () => {
    const imports = { a: ["b"], b: ["c", "d"], c: ["a"], d: ["e", "f"], e: ["f"], f: [], g: ["g"], h: ["a"] };
    expect(circlesOf(new Map(Object.entries(imports)))).toEqual([["a", "b", "c"], ["g"]]);
  });
});

describe("the check itself", () => {
  test.each([
    ["a value", 'import { runTrial } from "../train/trial.ts";'],
    ["a type", 'import type { Trial } from "../train/trial.ts";'],
    ["everything", 'import * as trial from "../train/trial.ts";'],
    ["several lines", 'import {\n  runTrial,\n} from "../train/trial.ts";'],
    ["an export", 'export { runTrial } from "../train/trial.ts";'],
    ["all exports", 'export * from "../train/trial.ts";'],
    ["an effect", 'import "../train/trial.ts";'],
    ["a dynamic import", 'const trial = await import("../train/trial.ts");'],
    ["the type of a dynamic import", 'type Trial = import("../train/trial.ts").Trial;'],
  ])("catches an upward import of %s", (_, text) => {
    expect(complaints("graph/value.ts", text)).toEqual([
      "graph/value.ts may not import ../train/trial.ts: train is not below graph",
    ]);
  });

  test("catches a neighbor on the same floor, and a room that is none", () => {
    expect(complaints("graph/value.ts", 'import { a } from "../data/dataset.ts";')).toEqual([
      "graph/value.ts may not import ../data/dataset.ts: data is not below graph",
    ]);
    expect(complaints("graph/ops/add.ts", 'import { a } from "../../attic/a.ts";')).toEqual([
      'graph/ops/add.ts imports ../../attic/a.ts, but "attic" is no room',
    ]);
  });

  test("catches Node and what needs it behind no door, and lets types of it be", () => {
    const door = 'it needs Node, which is for disk, lab, web, cli and folders "node"';
    expect(complaints("nn/models.ts", 'import { readFile } from "node:fs/promises";')).toEqual([
      "nn/models.ts may not import node:fs/promises",
    ]);
    expect(complaints("paper/plan.ts", 'import { loadKnown } from "../data/node/load.ts";')).toEqual([
      `paper/plan.ts may not import ../data/node/load.ts: ${door}`,
    ]);
    expect(complaints("paper/plan.ts", 'import type { LoadOptions } from "../data/node/load.ts";')).toEqual(
      [],
    );
    expect(complaints("run/node/pool.ts", 'import { fork } from "node:child_process";')).toEqual([]);
    expect(complaints("cli/main.ts", 'import { readFile } from "node:fs/promises";')).toEqual([]);
    expect(complaints("cli/main.ts", 'import { readFile } from "fs/promises";')).toEqual([
      "cli/main.ts may not import fs/promises",
    ]);
  });

  test("catches a name that is looked up where values are known only", () => {
    expect(complaints("train/trial.ts", 'import { findModel } from "../nn/models.ts";')).toEqual([
      "train/trial.ts may not import ../nn/models.ts: names are for run/subject.ts",
    ]);
    expect(complaints("train/trial.ts", 'import type { Model } from "../nn/models.ts";')).toEqual([]);
    expect(complaints("paper/cells.ts", 'import { knownModel } from "../run/subject.ts";')).toEqual([]);
  });

  test("catches a package in a room that may not have it, and one that nobody knows", () => {
    expect(complaints("web/app.ts", 'import { sql } from "kysely";')).toEqual([
      "web/app.ts may not import kysely: it is for store, lab",
    ]);
    expect(complaints("train/step.ts", 'import * as lodash from "lodash";')).toEqual([
      "train/step.ts imports lodash, and no room may have it",
    ]);
    expect(complaints("train/engine.ts", 'import type { Tensor } from "onnxruntime-node";')).toEqual([]);
  });

  test("lets downward imports, packages and comments be", () => {
    const text =
      '// from "../run/trial.ts"\nimport { z } from "zod";\nimport { a } from "../base/errors.ts";\nimport { b } from "./step.ts";';
    expect(complaints("train/session.ts", text)).toEqual([]);
  });
});
