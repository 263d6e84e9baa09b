/**
 * @file `shatter doctor`: what works on this machine - engine, devices, memory, data.
 */

import { availableParallelism, freemem, totalmem } from "node:os";
import { Command } from "commander";
import { messageOf } from "../base/errors.ts";
import { dataFolder } from "../data/files.ts";
import { locate } from "../data/load.ts";
import { datasets } from "../data/registry.ts";
import { openProcessPool } from "../lab/process-pool.ts";
import { commit, engine, machine, version } from "../lab/process-provenance.ts";
import { probePGlite, probeServer } from "../store/open.ts";
import { devices } from "../train/engine.ts";
import { databaseUrlOf } from "./lab-options.ts";
import { paint } from "./output.ts";

/** One thing that was looked at. */
interface Finding {
  readonly what: string;
  readonly ok: boolean;
  /** Whether Shatter can do its main job without it. */
  readonly optional: boolean;
  readonly detail: string;
}

const gibibytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

/** Look at everything; nothing is changed. */
async function examine(folder: string | undefined): Promise<Finding[]> {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const findings: Finding[] = [
    {
      what: "shatter",
      ok: true,
      optional: false,
      detail: `${version}${commit() ? `, commit ${commit()}` : ""}`,
    },
    {
      what: "node",
      ok: major > 22 || (major === 22 && minor >= 13),
      optional: false,
      detail: `${process.versions.node}, needs 22.13 or newer`,
    },
    {
      what: "machine",
      ok: true,
      optional: false,
      detail: `${machine()}, ${availableParallelism()} usable cores`,
    },
    {
      what: "memory",
      ok: freemem() > 2 ** 31,
      optional: true,
      detail: `${gibibytes(freemem())} free of ${gibibytes(totalmem())}; a trial on all of CIFAR-10 takes about 1.5 GiB`,
    },
    { what: "engine", ok: true, optional: false, detail: engine },
  ];
  findings.push(await examineDatabase());
  for (const device of devices) {
    const what = `device ${device}`;
    const optional = device !== "cpu";
    try {
      // In a process of its own: the engine complains on the terminal about devices that are not there.
      await using _pool = await openProcessPool({ jobs: 1, device, threads: 1 });
      findings.push({ what, ok: true, optional, detail: "a graph ran on it" });
    } catch (error) {
      findings.push({ what, ok: false, optional, detail: messageOf(error).replace(`${what}: `, "") });
    }
  }
  for (const dataset of datasets) {
    const what = `data ${dataset.name}`;
    if (dataset.kind === "drawn") {
      findings.push({ what, ok: true, optional: true, detail: "drawn when needed" });
      continue;
    }
    const files = await locate(dataset, dataFolder(folder));
    const ok = files.size === dataset.files.length;
    const [path] = files.values();
    const detail = ok
      ? `all ${files.size} files, such as ${path}`
      : `not there: run "shatter data get ${dataset.name}"`;
    findings.push({ what, ok, optional: true, detail });
  }
  return findings;
}

/** The server of $DATABASE_URL, or PGlite with nothing on the disk. */
async function examineDatabase(): Promise<Finding> {
  const url = databaseUrlOf({});
  const facts = { what: "database", optional: false };
  try {
    return { ...facts, ok: true, detail: url === undefined ? await probePGlite() : await probeServer(url) };
  } catch (error) {
    return { ...facts, ok: false, detail: messageOf(error) };
  }
}

/** The command. */
export function doctorCommand(): Command {
  return new Command("doctor")
    .description("say what works on this machine: engine, devices, memory, data")
    .option("--data-dir <folder>", "where datasets are")
    .option("--json", "print JSON")
    .addHelpText("after", "\nExample:\n  shatter doctor --json")
    .action(async (options: { dataDir?: string; json?: boolean }) => {
      const findings = await examine(options.dataDir);
      if (options.json) console.log(JSON.stringify(findings, null, 2));
      else {
        for (const { what, ok, optional, detail } of findings) {
          const mark = ok
            ? paint(process.stdout, "green", "ok  ")
            : paint(process.stdout, optional ? "yellow" : "red", optional ? "no  " : "FAIL");
          console.log(`${mark} ${what.padEnd(15)} ${detail.replaceAll(/\s+/g, " ")}`);
        }
      }
      if (findings.some(({ ok, optional }) => !ok && !optional)) process.exitCode = 1;
    });
}
