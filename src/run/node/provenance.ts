/**
 * @file Which code, engine and machine made a result.
 */

import { execFileSync } from "node:child_process";
import { cpus, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { hideSecrets } from "../../base/secrets.ts";
import type { RunProvenance } from "../../document/provenance.ts";
import type { Device } from "../../train/devices.ts";
import { runtime } from "./runtime.ts";
import { ROOT, version } from "./version.ts";

/** Commit of the sources, with `+changes` where they were modified; null outside a checkout. */
export function commit(): string | null {
  const git = (...args: string[]): string =>
    execFileSync("git", ["-C", ROOT, ...args], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  try {
    // A checkout of something else around an installed package says nothing about this code.
    if (fileURLToPath(new URL(`file://${git("rev-parse", "--show-toplevel")}/`)) !== ROOT) return null;
    const changed = git("status", "--porcelain", "--", "src", "package.json", "package-lock.json") !== "";
    return git("rev-parse", "HEAD") + (changed ? "+changes" : "");
  } catch {
    return null;
  }
}

/** Version of the engine. */
export const engine = `onnxruntime-node ${runtime.env.versions.node ?? runtime.env.versions.common}`;

/** What decides the bytes that a spec leads to, in words: another one may round differently. */
export const programOn = (device: Device): string => `shatter ${version}, ${engine}, ${device}`;

/** Processor, cores and memory, as the operating system calls them. */
export function machine(): string {
  const processors = cpus();
  const model = processors[0]?.model.trim() ?? "unknown processor";
  const gibibytes = Math.round(totalmem() / 2 ** 30);
  return `${model}, ${processors.length} cores, ${gibibytes} GiB, ${process.platform} ${process.arch}`;
}

/** Everything a result says about how it came about, as of now; the command without the secrets in it. */
export function provenanceOf(
  device: Device,
  threads: number,
  jobs: number,
  command: string | null,
): RunProvenance {
  return {
    version,
    commit: commit(),
    engine,
    device,
    threads,
    jobs,
    node: process.version,
    machine: machine(),
    command: command === null ? null : hideSecrets(command),
    started: new Date().toISOString(),
  };
}
