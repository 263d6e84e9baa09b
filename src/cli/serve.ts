/**
 * @file `shatter serve`: the dashboard of a lab.
 */

import { once } from "node:events";
import { Command } from "commander";
import type { LocalLab } from "../lab/open.ts";
import { isLoopback } from "../web/loopback.ts";
import { commandLine } from "./command-line.ts";
import { BASE_PATH, listen, THEORY_FOLDER, USUAL_PORT } from "./dashboard.ts";
import { interruptSignal } from "./interrupt.ts";
import { databaseUrlOf, databaseUrlOption } from "./lab-options.ts";
import { warn, wholeFrom } from "./output.ts";

interface Options {
  readonly lab: string;
  readonly databaseUrl?: string;
  readonly host: string;
  readonly port?: number;
  readonly name?: string[];
  readonly basePath?: string;
  readonly token?: boolean;
  readonly newToken?: boolean;
  readonly work?: boolean;
  readonly jobs?: number;
  readonly dataDir?: string;
  readonly theories: string;
}

/** The command. */
export function serveCommand(): Command {
  return new Command("serve")
    .option("--lab <folder>", "the lab", "shatter-lab")
    .addOption(databaseUrlOption())
    .option(
      "--host <address>",
      "address to listen at; any but this machine's own asks for a token",
      "127.0.0.1",
    )
    .option("--port <number>", `port (default: ${USUAL_PORT}, or the next one that is free)`, wholeFrom(0))
    .option("--name <names...>", "other names the server goes by, such as that of a proxy before it")
    .option(...BASE_PATH)
    .option("--token", "ask for a token on this machine too, which others may share")
    .option("--new-token", "make a new token; those before are worth nothing any more")
    .option("--work", "also take trials from the lab, and train them here")
    .option("--jobs <count>", "with --work: trials at once (default: one a core)", wholeFrom(1))
    .option(
      "--data-dir <folder>",
      "where datasets are on this machine (default: $SHATTER_DATA, or the cache)",
    )
    .option("--theories <folder>", "where results of shatter theory are, one below it each", THEORY_FOLDER)
    .addHelpText(
      "after",
      `
Only this machine can open the page, unless --host says otherwise; SECURITY.md says what is protected against. A token
is shown once, when it is made: the lab keeps its hash alone. shatter status, cancel and retry of a lab that is open
here take it from $SHATTER_TOKEN.

Examples:
  shatter serve                                          the lab in ./shatter-lab
  shatter serve --work                                   and train what is started from the page
  DATABASE_URL=postgres://lab@db/shatter shatter serve --host 0.0.0.0 --name lab.example.org
  shatter serve --port 4242 --base-path /user/ada/proxy/4242 --name hub.example.org`,
    )
    .action(serve);
}

async function serve(options: Options): Promise<void> {
  const { host, basePath, dataDir, work: isWorking = false } = options;
  const place = { lab: options.lab, databaseUrl: databaseUrlOf(options), dataDir, onWarning: warn };
  const { openLab } = await import("../lab/open.ts");
  await using lab = await openLab(place);
  const tokens =
    isLoopback(host) && !options.token && !options.newToken
      ? undefined
      : await (await import("../web/token.ts")).openTokens(lab.database.tables, options.newToken);
  await using server = await listen(options.port, {
    lab,
    host,
    basePath,
    dataDir,
    isWorking,
    names: options.name,
    tokens: tokens?.hashes,
    checkpoints: lab.checkpoints,
    theories: options.theories,
    onError: warn,
  });
  await lab.announce(server.address);
  const key = tokens?.fresh === undefined ? "" : `?token=${tokens.fresh}`;
  process.stdout.write(`${server.address}${key}\n`);
  if (key)
    process.stderr.write("This address opens the dashboard for whoever has it. It is shown only now.\n");
  else if (tokens)
    process.stderr.write("It asks for the token that was shown when it was made (--new-token).\n");

  const end = interruptSignal("ending (again to leave at once)");
  if (isWorking) await workUntil(end, lab, options, warn);
  else if (!end.aborted) await once(end, "abort");
}

/** Train what is wanted until told to stop. */
async function workUntil(
  signal: AbortSignal,
  lab: LocalLab,
  { jobs, dataDir }: Options,
  onWarning: (message: string) => void,
): Promise<void> {
  const { workIn } = await import("../lab/run.ts");
  await workIn(lab, {
    jobs,
    dataDir,
    signal,
    onWarning,
    checkpoints: lab.checkpoints,
    untilIdle: false,
    command: commandLine(),
  });
}
