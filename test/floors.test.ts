/**
 * @file The rooms of `src/` stand on floors, and imports go down only.
 */

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, test } from "vitest";

const SRC = join(import.meta.dirname, "..", "src");

/** The rooms, ground floor first. A room imports itself and lower floors only; `index.ts` is the roof. */
const FLOORS = [
  ["base"],
  ["graph", "data", "store"],
  ["nn"],
  ["train"],
  ["lab"],
  ["theory"],
  ["report"],
  ["web"],
  ["cli"],
  ["index.ts"],
];

/**
 * The files that may use `node:` modules. All others run in a browser unchanged, so files, processes and
 * sockets are met at few doors: files written whole, data sets on disk and from the network, the written report, the processes
 * trials run in, the engine's library, the database on disk, the server and the command line.
 */
const NODE_DOORS = [
  /^base\/process-[a-z-]+\.ts$/,
  /^data\/(files|download)\.ts$/,
  /^report\/write\.ts$/,
  /^lab\/(process-[a-z-]+|runner)\.ts$/,
  /^train\/process-runtime\.ts$/,
  /^theory\/(.+\/)?process-[a-z-]+\.ts$/,
  /^store\/open(-[a-z]+)?\.ts$/,
  /^web\/server[a-z-]*\.ts$/,
  /^cli\//,
];

const floorOf = (room: string): number => FLOORS.findIndex((rooms) => rooms.includes(room));
const roomOf = (path: string): string => path.split("/")[0]!;

/**
 * Everything a module asks for: `import ... from`, `export ... from`, `import type`, `import "..."` for its
 * effects, and `import("...")`, as a value or as a type.
 */
function importsOf(text: string): string[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/^\s*\/\/.*$/gm, "");
  return [...code.matchAll(/\b(?:from|import)\s*\(?\s*["'`]([^"'`]+)["'`]/g)].map(([, path]) => path!);
}

/**
 * What is wrong with the imports of a file.
 *
 * @param file - Path inside `src/`.
 */
function complaints(file: string, text: string): string[] {
  const here = roomOf(file);
  return importsOf(text).flatMap((path) => {
    if (path.startsWith("node:")) {
      return NODE_DOORS.some((door) => door.test(file)) ? [] : [`${file} may not import ${path}`];
    }
    if (!path.startsWith(".")) return [];
    const there = roomOf(join(dirname(file), path));
    if (here === there) return [];
    if (floorOf(there) < 0) return [`${file} imports ${path}, but "${there}" is no room`];
    return floorOf(there) < floorOf(here)
      ? []
      : [`${file} may not import ${path}: ${there} is not below ${here}`];
  });
}

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .map((path) => relative("", path).replaceAll("\\", "/"))
  .filter((path) => /\.tsx?$/.test(path));

describe("the floors", () => {
  test.each(files)("%s imports downwards only", (file) => {
    expect(floorOf(roomOf(file)), `${roomOf(file)} is a room`).toBeGreaterThanOrEqual(0);
    expect(complaints(file, readFileSync(join(SRC, file), "utf8"))).toEqual([]);
  });
});

/**
 * Files that import each other in a circle, types counted too, and why.
 *
 * A circle that is gone must leave this list.
 */
const CIRCLES: readonly (readonly string[])[] = [
  // For now: these are being taken apart.
  ["lab/process-bundle.ts", "lab/process-experiment.ts", "lab/process-lab.ts"],
  ["lab/process-carry.ts", "lab/process-worker.ts"],
  ["report/comparisons.ts", "report/curves.ts", "report/figure.ts", "report/noise-apart.ts"],
  ["theory/implicit/implicit.ts", "theory/implicit/result.ts"],
  ["theory/rademacher/rademacher.ts", "theory/rademacher/result.ts"],
  ["theory/stability/result.ts", "theory/stability/stability.ts"],
  ["train/engine.ts", "train/self-check.ts"],
];

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
      importsOf(readFileSync(join(SRC, file), "utf8"))
        .filter((path) => path.startsWith("."))
        .map((path) => join(dirname(file), path).replaceAll("\\", "/")),
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

  test("catches a neighbour on the same floor, and a room that is none", () => {
    expect(complaints("graph/value.ts", 'import { a } from "../data/dataset.ts";')).toEqual([
      "graph/value.ts may not import ../data/dataset.ts: data is not below graph",
    ]);
    expect(complaints("graph/ops/add.ts", 'import { a } from "../../attic/a.ts";')).toEqual([
      'graph/ops/add.ts imports ../../attic/a.ts, but "attic" is no room',
    ]);
  });

  test("catches a node module behind no door", () => {
    expect(complaints("nn/models.ts", 'import { readFile } from "node:fs/promises";')).toEqual([
      "nn/models.ts may not import node:fs/promises",
    ]);
    expect(complaints("cli/main.ts", 'import { readFile } from "node:fs/promises";')).toEqual([]);
  });

  test("lets downward imports, packages and comments be", () => {
    const text =
      '// from "../train/trial.ts"\nimport { z } from "zod";\nimport { a } from "../base/errors.ts";\nimport { b } from "./step.ts";';
    expect(complaints("train/session.ts", text)).toEqual([]);
  });
});
