/**
 * @file A network between a worker and its server that can be cut: connections that hang, or are reset.
 */

import { connect, createServer, type Socket } from "node:net";

/** A network on this machine. */
export interface Network extends AsyncDisposable {
  /** Where the worker finds the server. */
  readonly port: number;
  /** Say nothing any more, of old connections and new ones, until {@link mend}: a cable that was pulled out. */
  hang(): void;
  /** Reset all connections and refuse new ones, until {@link mend}. */
  refuse(): void;
  /** Be a network again; what was sent while it hung arrives. */
  mend(): void;
  /** Reset all connections once. */
  reset(): number;
}

/** Start a network that leads to a port of this machine. */
export async function openNetwork(target: number): Promise<Network> {
  const sockets = new Set<Socket>();
  let mode: "works" | "hangs" | "refuses" = "works";
  const drop = (): number => {
    const count = sockets.size / 2;
    for (const socket of sockets) socket.resetAndDestroy();
    sockets.clear();
    return count;
  };
  const server = createServer((near) => {
    if (mode === "refuses") {
      near.resetAndDestroy();
      return;
    }
    const far = connect(target, "127.0.0.1");
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on("data", (chunk) => other.write(chunk));
      one.on("end", () => other.end());
      one.on("error", () => other.resetAndDestroy());
      one.on("close", () => sockets.delete(one));
      if (mode === "hangs") one.pause();
    }
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as { port: number }).port,
    hang() {
      mode = "hangs";
      for (const socket of sockets) socket.pause();
    },
    refuse() {
      mode = "refuses";
      drop();
    },
    mend() {
      mode = "works";
      for (const socket of sockets) socket.resume();
    },
    reset: drop,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      drop();
      await closed;
    },
  };
}
