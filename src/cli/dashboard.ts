/**
 * @file The dashboard of a lab that a command has open: where it listens, and where its page is.
 */

import { parseBasePath } from "../web/base-path.ts";
import { BUILT_PAGE, BUILT_PLAY } from "../web/built-page.ts";
import type { DashboardServer } from "../web/serve-options.ts";
import type { ServerOptions } from "../web/server.ts";

/** The port unless told; the next ones if it is taken. */
export const USUAL_PORT = 4242;
const PORTS = 20;

/** Where the results of `shatter theory` are unless told. */
export const THEORY_FOLDER = "shatter-theory";

/** Flags, description and parser of the option that mounts a dashboard below a path. */
export const BASE_PATH = [
  "--base-path <path>",
  "the path a reverse proxy shows the dashboard at, such as /proxy/4242 (default: the root)",
  parseBasePath,
] as const;

/** Listen at the port asked for, or at the first one from {@link USUAL_PORT} on that is free. */
export async function listen(asked: number | undefined, options: ServerOptions): Promise<DashboardServer> {
  const { startServer } = await import("../web/server.ts");
  return await atFreePort(asked, (port) =>
    startServer({ page: BUILT_PAGE, play: BUILT_PLAY, theories: THEORY_FOLDER, ...options, port }),
  );
}

/** Start a server at the port asked for, or at the first one from {@link USUAL_PORT} on that is free. */
export async function atFreePort(
  asked: number | undefined,
  start: (port: number) => Promise<DashboardServer>,
): Promise<DashboardServer> {
  for (let port = asked ?? USUAL_PORT; ; port++) {
    try {
      return await start(port);
    } catch (error) {
      const isTaken = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
      if (asked !== undefined || !isTaken || port >= USUAL_PORT + PORTS) throw error;
    }
  }
}
