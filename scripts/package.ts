/**
 * @file Packs the package, installs it in an empty folder and uses it there: the command, the library with its types, each entry.
 *
 *   node scripts/package.ts [node ...]        by each of these programs; this one unless told
 *
 * The engine's own download (of its CUDA libraries) is skipped by `onnxruntime-node-install=skip`, as in this checkout.
 */

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const ROOT = join(import.meta.dirname, "..");
const nodes = process.argv.length > 2 ? process.argv.slice(2) : [process.execPath];

const run = (cwd: string, command: string, ...args: readonly string[]): string =>
  execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });

/** Uses every entry; its types are checked, too. */
const PROGRAM = `
import { runRandomizationTest, writeReport } from "shatter";
import { randomize, type Splits } from "shatter/data";
import { gradient, input, ops } from "shatter/graph";
import { openLab } from "shatter/lab";
import { findModel, paperRecipe } from "shatter/browser";

const x = input("x", []);
if (gradient(ops.multiply(x, x), [x]).length !== 1) throw new Error("expected one gradient");
if (findModel("linear").name !== "linear" || paperRecipe.batch !== 128) throw new Error("expected the paper's");
export const shuffled = (splits: Splits) => randomize(splits, { inputs: "shuffled", corrupt: 0 }, 0);
const result = await runRandomizationTest({ data: "digits", n: 200, testN: 100, recipe: { epochs: 5 }, escalations: 0 });
await writeReport(result, "report");
await using lab = await openLab({ lab: "lab" });
console.log(result.schema, result.trials.length, (await lab.status()).experiments.length);
`;

const packed = run(ROOT, "npm", "pack", "--silent", "--pack-destination", tmpdir())
  .trim()
  .split("\n")
  .at(-1)!;
try {
  for (const node of nodes) {
    const folder = mkdtempSync(join(tmpdir(), "shatter-package-"));
    const path = `${dirname(node)}:${process.env["PATH"]}`;
    const env = { ...process.env, PATH: path, ONNXRUNTIME_NODE_INSTALL: "skip" };
    const here = (command: string, ...args: readonly string[]): string =>
      execFileSync(command, args, {
        cwd: folder,
        encoding: "utf8",
        env,
        stdio: ["ignore", "pipe", "inherit"],
      });
    try {
      writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module", private: true }));
      here(
        "npm",
        "install",
        "--silent",
        "--no-audit",
        "--no-fund",
        join(tmpdir(), packed),
        "typescript@7.0.2",
        "@types/node@24",
      );
      writeFileSync(join(folder, "program.ts"), PROGRAM);
      const options = ["--module", "nodenext", "--target", "es2024", "--lib", "esnext,dom", "--strict"];

      here(
        join(folder, "node_modules/.bin/tsc"),
        ...options,
        "--types",
        "node",
        "--skipLibCheck",
        "program.ts",
      );
      const said = here(node, "program.js").trim();
      const doctor = JSON.parse(
        here(node, join(folder, "node_modules/.bin/shatter"), "doctor", "--json"),
      ) as object;
      const page = readFileSync(join(folder, "node_modules/shatter/dist/page/index.html"), "utf8");
      const size = run(folder, "du", "-sh", "node_modules/shatter").split("\t")[0];
      console.log(
        `${here(node, "--version").trim()}: ${said}; doctor: ${Object.keys(doctor).length} answers; page: ${page.length} bytes; installed: ${size}`,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
} finally {
  rmSync(join(tmpdir(), packed));
}
