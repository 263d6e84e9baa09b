/**
 * @file The package as its users see it: what its types promise, and that its examples compile.
 */

import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, expectTypeOf, test } from "vitest";
import type { OperationRecord } from "../src/graph/value.ts";
import type { ExperimentOptions, OpenLab, openLab, TestOptions } from "../src/index.ts";

const ROOT = join(import.meta.dirname, "..");

/** The compiler of this checkout. */
const tsc = (...args: readonly string[]): void => {
  execFileSync(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), ...args], {
    cwd: ROOT,
    stdio: "pipe",
    encoding: "utf8",
  });
};

/** A folder of the checkout that the compiler finds its packages from, and git does not see. */
function scratch(name: string): string {
  const folder = join(ROOT, "node_modules", ".cache", "shatter", name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Libraries that are nobody's business but ours. */
const INNER = /^(kysely|pg|pg-boss|hono|commander|@electric-sql|@hono)\b/;

describe("types", () => {
  test("hold what must not compile", () => {
    // An operation without one of its answers is none.
    expectTypeOf<Omit<OperationRecord, "gradient">>().not.toExtend<OperationRecord>();
    expectTypeOf<Omit<OperationRecord, "evaluate">>().not.toExtend<OperationRecord>();
    expectTypeOf<Omit<OperationRecord, "shape">>().not.toExtend<OperationRecord>();
    // What a lab is made of is nobody's business.
    expectTypeOf<OpenLab>().not.toHaveProperty("database");
    expectTypeOf<OpenLab>().not.toHaveProperty("queue");
    expectTypeOf<ExperimentOptions>().not.toHaveProperty("onOpen");
    expectTypeOf<ReturnType<typeof openLab>>().resolves.toEqualTypeOf<OpenLab>();
    expectTypeOf<{ data: "digits" }>().toExtend<TestOptions>();
    expectTypeOf<{ data: "digits"; inputs: ["shufled"] }>().not.toExtend<TestOptions>();
  });

  test("of the public entries know nothing of the database's and the queue's libraries", () => {
    const folder = scratch("types");
    tsc("-p", "tsconfig.build.json", "--emitDeclarationOnly", "--sourceMap", "false", "--outDir", folder);
    for (const entry of ["index", "graph", "data", "lab", "browser"]) {
      const found = new Set([join(folder, `${entry}.d.ts`)]);
      const packages = new Set<string>();
      for (const file of found) {
        const text = readFileSync(file, "utf8").replaceAll(/\/\*[\s\S]*?\*\//g, "");
        for (const [, path] of text.matchAll(/\b(?:from|import)\s*\(?\s*"([^"]+)"/g)) {
          if (path!.startsWith(".")) found.add(join(file, "..", path!.replace(/\.[jt]s$/, ".d.ts")));
          else packages.add(path!);
        }
      }
      expect([...packages].filter((name) => INNER.test(name)).sort(), entry).toEqual([]);
    }
  });
});

test("examples in docstrings and the README compile", () => {
  const sources = [
    "README.md",
    ...readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => join("src", name)),
  ];
  const examples = sources.flatMap((source) => {
    const text = readFileSync(join(ROOT, source), "utf8");
    const fences = text.matchAll(/^( \* )?```ts\n([\s\S]*?)^(?: \* )?```$/gm);
    return [...fences].map(([, star, code]) => ({
      source,
      code: star ? code!.replaceAll(/^ \* ?/gm, "") : code!,
    }));
  });
  expect(examples.length).toBeGreaterThan(5);
  const folder = scratch("examples");
  for (const [index, { source, code }] of examples.entries()) {
    const name = `${index}-${source.replaceAll(/[^a-z0-9]+/gi, "-")}.ts`;
    writeFileSync(join(folder, name), `// ${source}\n${code}export {};\n`);
  }
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({
      extends: join(ROOT, "tsconfig.json"),
      compilerOptions: {
        paths: { shatter: [join(ROOT, "src/index.ts")], "shatter/*": [join(ROOT, "src/*.ts")] },
        typeRoots: [join(ROOT, "node_modules/@types")],
        noUnusedLocals: false,
      },
      include: [join(folder, "*.ts")],
    }),
  );
  expect(() => tsc("-p", folder)).not.toThrow();
});
