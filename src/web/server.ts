/**
 * @file The dashboard's server: a socket, and what answers on it.
 */

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { isIP } from "node:net";
import { hostname } from "node:os";
import { basename, join } from "node:path";
import { getRequestListener } from "@hono/node-server";
import { messageOf, UsageError } from "../base/errors.ts";
import { dataFolder } from "../data/node/files.ts";
import { locate } from "../data/node/load.ts";
import type { KnownDataset } from "../data/registry.ts";
import type { DatabaseLab } from "../lab/open.ts";
import { version } from "../run/node/version.ts";
import { type CheckpointFacts, readCheckpoint } from "../store/checkpoints.ts";
import { createApp } from "./app.ts";
import { keepDocuments } from "./documents.ts";
import { hostName } from "./guard.ts";
import { openHelper } from "./helper-process.ts";
import { listen } from "./listen.ts";
import { watchLab } from "./live.ts";
import { isLoopback } from "./loopback.ts";
import { servePage } from "./page-files.ts";
import { servePlay } from "./play.ts";
import type { DashboardServer, ServeOptions } from "./serve-options.ts";
import { openTheories } from "./theories.ts";
import { tokenCheck } from "./token.ts";

/** A dashboard, and the lab it shows. */
export interface ServerOptions extends ServeOptions {
  readonly lab: DatabaseLab;
}

/** How long a client may take to send a request, in milliseconds; the headers alone have half of it. */
const REQUEST_MS = 10_000;

/** How long a client may leave events unread, in milliseconds. */
const STALL_MS = 30_000;

/** How long a connection stays open unused, in milliseconds. */
const KEEP_ALIVE_MS = 60_000;

/** Sockets at once. */
const CONNECTIONS = 1000;

/** Whether an address stands for all addresses of this machine. */
const isWildcard = (host: string): boolean => host === "0.0.0.0" || host === "::";

/**
 * Serve the dashboard of a lab.
 *
 * @throws UsageError if others could reach it and it has no token, or the address is taken or not this machine's.
 */
export async function startServer(options: ServerOptions): Promise<DashboardServer> {
  const { lab, host = "127.0.0.1", port = 0, names = [], tokens = [], basePath = "", dataDir } = options;
  const { requestMs = REQUEST_MS, stallMs = STALL_MS, onError = () => {} } = options;
  if (!isLoopback(host) && tokens.length === 0) {
    throw new UsageError(
      `\`host\` ${host}: expected a token, as others can reach this address; got none. Nothing was opened`,
    );
  }
  const ours = new Set(["localhost", "127.0.0.1", "::1", host, ...names].map((name) => name.toLowerCase()));
  const mine = hostname().toLowerCase();
  // Rebinding needs a name of the attacker's; a bare address, and what this machine calls itself, is none.
  const isOurName = (name: string): boolean =>
    ours.has(name) ||
    (!isLoopback(host) && (name === mine || name === `${mine}.local`)) ||
    (isWildcard(host) && isIP(name) !== 0);

  const helper = openHelper({}, lab.contents.files.folder);
  const live = watchLab(lab.database.tables);
  const hasData = async (known: KnownDataset): Promise<boolean> => {
    if (known.kind !== "stored") return true;
    return (await locate(known, dataFolder(dataDir))).size === known.files.length;
  };
  const checkpointBytes = async (facts: CheckpointFacts): Promise<Uint8Array | undefined> => {
    if (facts.path === null) return await readCheckpoint(lab.database.tables, facts);
    if (options.checkpoints === undefined) return undefined;
    // The name alone: what the database says leads out of no folder. A file may be gone, or be the next one already.
    return await readFile(join(options.checkpoints, basename(facts.path))).catch(() => undefined);
  };
  const services = {
    lab,
    version,
    helper,
    live,
    hasData,
    dataDir,
    checkpointBytes,
    stallMs,
    isWorking: options.isWorking ?? false,
    documents: keepDocuments(lab),
    theories: openTheories(options.theories),
  };
  const page = await servePage(options.page, basePath);
  const play = await servePlay(options.play);
  const server = createServer({
    requestTimeout: requestMs,
    headersTimeout: Math.ceil(requestMs / 2),
    // How often the two are looked at.
    connectionsCheckingInterval: Math.ceil(requestMs / 10),
    // Node's five seconds are so short that a busy client often asks just as the connection is closed.
    keepAliveTimeout: KEEP_ALIVE_MS,
  });
  server.maxConnections = CONNECTIONS;
  const bound = await listen(server, host, port);
  const app = createApp(services, {
    isOurName,
    page,
    play,
    basePath,
    isToken: tokens.length > 0 ? tokenCheck(tokens) : undefined,
    // Cookies know no ports, and one machine may show several labs.
    cookie: `shatter-${bound.port}`,
    onError: (error) => onError(messageOf(error)),
  });
  const answer = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  server.on("request", (incoming, outgoing) => {
    // An address that is none would be refused by the adapter too, with other words.
    if (hostName(incoming.headers.host) === undefined) {
      outgoing.writeHead(400, { "Content-Type": "application/json", Connection: "close" });
      outgoing.end(JSON.stringify({ error: "Host: expected a name of this server" }));
      return;
    }
    void answer(incoming, outgoing);
  });
  const shown = isWildcard(host) ? "127.0.0.1" : host;
  return {
    address: `http://${isIP(shown) === 6 ? `[${shown}]` : shown}:${bound.port}${basePath}/`,
    port: bound.port,
    async [Symbol.asyncDispose]() {
      live[Symbol.dispose]();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await helper[Symbol.asyncDispose]();
      await closed;
    },
  };
}
