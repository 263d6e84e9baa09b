/**
 * @file The files of `deploy/`: they can be read, and every command line in them is one that Shatter takes.
 */

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { afterAll, describe, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { exportCommand, importCommand } from "../src/cli/bundle.ts";
import { cancelCommand, retryCommand } from "../src/cli/cancel.ts";
import { dataCommand } from "../src/cli/data.ts";
import { doctorCommand } from "../src/cli/doctor.ts";
import { runCommand } from "../src/cli/run.ts";
import { serveCommand } from "../src/cli/serve.ts";
import { statusCommand } from "../src/cli/status.ts";
import { workerCommand } from "../src/cli/worker.ts";

const ROOT = join(import.meta.dirname, "..");
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");

/** Parse a command line of Shatter as it does itself, but do nothing. */
function accept([name, ...args]: readonly string[]): void {
  const commands = [
    ...[workerCommand(), serveCommand(), runCommand(), statusCommand(), cancelCommand(), retryCommand()],
    ...[exportCommand(), importCommand(), dataCommand(), doctorCommand()],
  ];
  const found = commands.find((command) => command.name() === name);
  if (!found) throw new Error(`expected a command of Shatter, got "${name}"`);
  const disarm = (command: Command): void => {
    command.exitOverride().configureOutput({ writeErr: () => {} });
    if (command.commands.length === 0) command.action(() => {});
    command.commands.forEach(disarm);
  };
  disarm(found);
  found.parse(args, { from: "user" });
}

/** Words of a line of shell script; what a variable stands for is a number here. */
const wordsOf = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) =>
    (quoted ?? plain!).replaceAll(/\$\{?\w+\}?/g, "4"),
  );

/** Command lines of Shatter in a text: the rest of lines that begin with it, up to what the shell makes of it. */
function commandLines(text: string): string[][] {
  const whole = text.replaceAll(/\\\n\s*/g, " ");
  const lines = whole.matchAll(
    /^(?:\w+=\S+ )*(?:npm run -s )?shatter (?:-- )?(.+?)(?: *[&>|].*| {2,}.*)?$/gm,
  );
  return [...lines].map(([, line]) => wordsOf(line!));
}

/** What Kubernetes and Compose say of a container. */
interface Container {
  readonly name: string;
  readonly image: string;
  readonly args?: string[];
  readonly command?: string[];
  readonly securityContext?: Record<string, unknown>;
  readonly resources?: { readonly requests?: unknown; readonly limits?: unknown };
}

interface Resource {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly template?: {
      readonly spec: {
        readonly containers: Container[];
        readonly initContainers?: Container[];
        readonly securityContext: Record<string, unknown>;
        readonly terminationGracePeriodSeconds?: number;
      };
    };
  };
}

test("a command line with an option that there is not is refused", () => {
  expect(() => accept(["worker", "--job", "4"])).toThrow("unknown option");
  expect(() => accept(["worker", "--jobs", "none"])).toThrow("--jobs");
  expect(() => accept(["data", "fetch", "cifar10"])).toThrow("unknown command");
  expect(() => accept(["work"])).toThrow("expected a command of Shatter");
});

describe("deploy/kubernetes.yaml", () => {
  const documents = parseAllDocuments(read("deploy/kubernetes.yaml"));
  const resources = documents.map((document) => document.toJS() as Resource);
  const pods = resources.flatMap(({ spec }) => (spec.template ? [spec.template.spec] : []));
  const containers = pods.flatMap((pod) => [...(pod.initContainers ?? []), ...pod.containers]);

  test("is YAML without errors", () => {
    expect(documents.flatMap(({ errors, warnings }) => [...errors, ...warnings])).toEqual([]);
    expect(resources.map(({ kind }) => kind)).toContain("Deployment");
  });

  test.each(containers)("has arguments for $name that Shatter takes", ({ args, command }) => {
    expect(command).toBeUndefined();
    accept(args!);
  });

  test("runs nothing as root, or on a file system that can be changed", () => {
    for (const pod of pods)
      expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 });
    for (const { securityContext, resources: asked } of containers) {
      expect(securityContext).toMatchObject({
        readOnlyRootFilesystem: true,
        allowPrivilegeEscalation: false,
      });
      expect(asked).toMatchObject({ requests: expect.anything(), limits: expect.anything() });
    }
  });
});

describe("deploy/compose.yaml", () => {
  const { services } = parse(read("deploy/compose.yaml"), { merge: true, strict: true }) as {
    services: Record<string, Container & { depends_on?: Record<string, unknown> }>;
  };
  const ours = Object.entries(services).filter(([, { image }]) => image.startsWith("shatter"));

  test.each(ours)("has a command for %s that Shatter takes", (_, { command }) => accept(command!));

  test("waits for services that there are", () => {
    expect(ours.map(([name]) => name)).toEqual(["data", "serve", "worker"]);
    for (const { depends_on } of Object.values(services)) {
      for (const name of Object.keys(depends_on ?? {})) expect(Object.keys(services)).toContain(name);
    }
  });
});

test("deploy/Dockerfile starts the command of the package", () => {
  const text = read("deploy/Dockerfile");
  const { bin } = JSON.parse(read("package.json")) as { bin: { shatter: string } };
  expect(text).toContain(`ENTRYPOINT ["node", "/app/${bin.shatter}"]`);
  for (const [, sources] of text.matchAll(/^COPY (?!--from)(.+) \.\/$/gm)) {
    const there = readdirSync(ROOT);
    for (const source of sources!.split(" ")) expect(there).toContain(source);
  }
});

test.each(["deploy/README.md", "deploy/slurm.sh"])("%s has commands that Shatter takes", (path) => {
  const lines = commandLines(read(path));
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) accept(line);
});

describe("deploy/slurm.sh", () => {
  const folder = mkdtempSync(join(tmpdir(), "shatter-slurm-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  /** Put a program into the script's path: there is neither Slurm here, nor a lab. */
  const install = (name: string, lines: string): void => {
    writeFileSync(join(folder, name), `#!/bin/bash\n${lines}\n`);
    chmodSync(join(folder, name), 0o755);
  };
  const script = join(ROOT, "deploy/slurm.sh");
  const env = {
    PATH: `${folder}:${process.env["PATH"]}`,
    SLURM_JOB_ID: "77",
    DATABASE_URL: "postgres://db/lab",
  };

  test("is a script", () => {
    expect(spawnSync("bash", ["-n", script]).status).toBe(0);
    expect(read("deploy/slurm.sh")).toContain("#SBATCH --signal=B:TERM@60");
  });

  test("refuses to begin without a lab", () => {
    const { status, stderr } = spawnSync("bash", [script], { env: { PATH: env.PATH }, encoding: "utf8" });
    expect(status).not.toBe(0);
    expect(stderr).toContain("DATABASE_URL: expected the address of the lab");
  });

  test("ends with its worker, and is not queued again then", () => {
    install("scontrol", 'echo "scontrol $*"');
    install("shatter", "exit 3");
    const { status, stdout } = spawnSync("bash", [script], { env, encoding: "utf8" });
    expect({ status, stdout }).toEqual({ status: 3, stdout: "" });
  });

  test("passes the signal on, waits for the worker's checkpoints, and is queued again", async () => {
    install("scontrol", 'echo "scontrol $*"');
    install(
      "shatter",
      `trap 'sleep 0.3; echo "checkpoints are left"; exit 0' TERM\necho begun\nwhile :; do sleep 0.05; done`,
    );
    const job = spawn("bash", [script], { env, stdio: ["ignore", "pipe", "inherit"] });
    let said = "";
    job.stdout.on("data", (chunk: Buffer) => {
      if (said === "") job.kill("SIGTERM");
      said += chunk;
    });
    const [status] = await once(job, "close");
    expect(status).toBe(0);
    expect(said).toMatch(/^begun\ncheckpoints are left\nout of time.*\nscontrol requeue 77\n$/);
  });
});
