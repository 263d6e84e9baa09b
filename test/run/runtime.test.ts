/**
 * @file ONNX Runtime calls nobody, and leaves nothing in the home folder.
 */

import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";

const ROOT = join(import.meta.dirname, "..", "..");
const RUNTIME = join(ROOT, "src/run/node/runtime.ts");
/** The first session, of whatever bytes, is what makes ONNX Runtime begin. */
const OPEN = "runtime.InferenceSession.create(Uint8Array.of(1)).catch(() => {})";

/** What a process with an empty home leaves there and in its folder, and whom it calls, where that can be traced. */
function traces(script: string, home?: string): { files: string[]; calls: string[] } {
  const folder = mkdtempSync(join(tmpdir(), "shatter-home-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "home"));
  const trace = `${folder}-trace`;
  const canTrace = spawnSync("strace", ["-f", "-o", trace, "true"]).status === 0;
  const tracer = canTrace ? ["strace", "-f", "-qq", "-e", "trace=connect", "-o", trace] : [];
  const [command, ...args] = [...tracer, process.execPath, "--input-type=module", "-e", script];
  const env = { PATH: process.env["PATH"], HOME: home ?? join(folder, "home") };
  execFileSync(command!, args, { cwd: folder, env });
  const calls = canTrace ? readFileSync(trace, "utf8").split("\n") : [];
  rmSync(trace, { force: true });
  return {
    files: readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name !== "home"),
    calls: calls.filter((line) => /AF_INET/.test(line)),
  };
}

describe("the engine's library", () => {
  test("leaves nothing behind and calls nobody", () => {
    const script = `import { runtime } from ${JSON.stringify(RUNTIME)}; await ${OPEN};`;
    expect(traces(script)).toEqual({ files: [], calls: [] });
    // Without a home it would leave ":memory:.ses" in the current folder.
    expect(traces(script, "/proc/none")).toEqual({ files: [], calls: [] });
  });

  test("is refused in a worker thread that cannot silence it", () => {
    const script = `
      import { Worker } from "node:worker_threads";
      const worker = new Worker(${JSON.stringify(RUNTIME)}, { execArgv: [] });
      worker.on("error", (error) => console.log(error.message));`;
    const output = execFileSync(process.execPath, ["--input-type=module", "-e", script], {
      env: { PATH: process.env["PATH"] },
      encoding: "utf8",
    });
    expect(output).toMatch(/expected ORT_DISABLE_TELEMETRY=1 in the environment/);
  });

  test("is loaded in one place alone", () => {
    const files = ["src", "test", "bench", "scripts", "examples"].flatMap((room) =>
      readdirSync(join(ROOT, room), { recursive: true, encoding: "utf8" }).map((name) =>
        join(ROOT, room, name),
      ),
    );
    const loads =
      /(?:^import (?!type\b)[^;]*from|\b(?:import|require|\(import\.meta\.url\))\()\s*"onnxruntime-node"/m;
    const found = files.filter(
      (file) => /\.[cm]?[jt]sx?$/.test(file) && loads.test(readFileSync(file, "utf8")),
    );
    expect(found).toEqual([RUNTIME]);
  });
});
