/**
 * @file `shatter doctor`: what works on this machine - engine, devices, memory, data.
 */

import { availableParallelism, freemem, totalmem } from "node:os";
import { Command } from "commander";
import { messageOf } from "../base/errors.ts";
import { dataFolder } from "../data/node/files.ts";
import { locate } from "../data/node/load.ts";
import { datasets } from "../data/registry.ts";
import { tryDevice } from "../run/node/device-trial.ts";
import { commit, engine, machine } from "../run/node/provenance.ts";
import { version } from "../run/node/version.ts";
import { probePGlite, probeServer } from "../store/node/open.ts";
import { devices } from "../train/devices.ts";
import { withFlags } from "./flags.ts";
import { jsonOption, tell } from "./json.ts";
import { databaseUrlOf } from "./lab-options.ts";
import { paint } from "./output.ts";
import { asJson } from "./publish.ts";

/** One thing that was looked at. */
interface Finding {
  readonly what: string;
  readonly ok: boolean;
  /** Whether Shatter can do its main job without it. */
  readonly optional: boolean;
  readonly detail: string;
  /** What does not work on it, although it is there. */
  readonly limits?: string | undefined;
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
      const { adapter, limits } = await tryDevice(device);
      const detail = `a convolution, a pool and their gradients are right on ${adapter}`;
      findings.push({ what, ok: true, optional, detail, limits: limits && withFlags(limits) });
    } catch (error) {
      findings.push({
        what,
        ok: false,
        optional,
        detail: withFlags(messageOf(error)).replace(`${what}: `, ""),
      });
    }
  }
  for (const dataset of datasets) {
    const what = `data ${dataset.name}`;
    if (dataset.kind !== "stored") {
      const detail = dataset.kind === "drawn" ? "drawn when needed" : "comes with Shatter";
      findings.push({ what, ok: true, optional: true, detail });
      continue;
    }
    try {
      const files = await locate(dataset, dataFolder(folder));
      const ok = files.size === dataset.files.length;
      const [path] = files.values();
      const detail = ok
        ? `all ${files.size} files, such as ${path}`
        : `not there: run "shatter data get ${dataset.name}"`;
      findings.push({ what, ok, optional: true, detail });
    } catch (error) {
      findings.push({ what, ok: false, optional: true, detail: messageOf(error) });
    }
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

/** How it stands with something, in a word. */
function markOf({ ok, optional, limits }: Finding): string {
  if (ok && limits !== undefined) return paint(process.stdout, "yellow", "part");
  if (ok) return paint(process.stdout, "green", "ok  ");
  return optional ? paint(process.stdout, "yellow", "no  ") : paint(process.stdout, "red", "FAIL");
}

/** The command. */
export function doctorCommand(): Command {
  return new Command("doctor")
    .option("--data-dir <folder>", "where datasets are")
    .addOption(jsonOption("what was found"))
    .addHelpText("after", "\nExample:\n  shatter doctor --json")
    .action(async (options: { dataDir?: string; json?: string }) => {
      const findings = await examine(options.dataDir);
      await tell(options.json, asJson(findings), () => {
        for (const finding of findings) {
          const { what, detail, limits } = finding;
          const said = limits === undefined ? detail : `${detail}, but ${limits}`;
          console.log(`${markOf(finding)} ${what.padEnd(15)} ${said.replaceAll(/\s+/g, " ")}`);
        }
      });
      if (findings.some(({ ok, optional }) => !ok && !optional)) process.exitCode = 1;
    });
}
