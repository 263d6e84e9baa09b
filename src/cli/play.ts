/**
 * @file `shatter play`: the playground, served to this machine.
 */

import { once } from "node:events";
import { existsSync } from "node:fs";
import { Command } from "commander";
import { UsageError } from "../base/errors.ts";
import { BUILT_PLAY } from "../web/built-page.ts";
import { atFreePort, USUAL_PORT } from "./dashboard.ts";
import { interruptSignal } from "./interrupt.ts";
import { wholeFrom } from "./output.ts";

/** The command. */
export function playCommand(): Command {
  return new Command("play")
    .option("--port <number>", `port (default: ${USUAL_PORT}, or the next one that is free)`, wholeFrom(0))
    .addHelpText(
      "after",
      `
Two networks race in your browser, one on true and one on random labels. Everything is computed there: this serves
files, to this machine alone. npm run build:site makes a folder of the same for any web server.

Examples:
  shatter play
  shatter play --port 8080`,
    )
    .action(play);
}

async function play({ port }: { readonly port?: number }): Promise<void> {
  if (!existsSync(BUILT_PLAY)) {
    throw new UsageError("the playground is not built here: in a checkout, run npm run build:web");
  }
  const { startPlay } = await import("../web/play.ts");
  await using server = await atFreePort(port, (free) => startPlay(BUILT_PLAY, free));
  process.stdout.write(`${server.address}\n`);
  process.stderr.write("The playground is at this address until you end it with Ctrl-C.\n");
  const end = interruptSignal("ending");
  if (!end.aborted) await once(end, "abort");
}
