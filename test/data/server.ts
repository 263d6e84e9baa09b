/**
 * @file A web server on this machine that serves files well or badly, for the tests of downloads.
 */

import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";

/** How one file is served. */
export interface Served {
  readonly bytes: Uint8Array;
  /** Version, as an ETag. */
  readonly etag?: string;
  /** Answer requests for ranges with the whole file. */
  readonly ignoresRanges?: boolean;
  /** Cut the first answers off after so many bytes each. */
  readonly cuts?: number[];
  /** Say nothing, for ever. */
  readonly silent?: boolean;
  /** What it says it is. */
  readonly type?: string;
}

/** A running server: its address, the requests it got, and an end. */
export interface TestServer extends AsyncDisposable {
  readonly url: string;
  /** Range header of each request, `undefined` for a whole file. */
  readonly ranges: (string | undefined)[];
  /** What it was asked to connect to as a proxy, `host:port`. */
  readonly proxied: string[];
}

/** Serve files by name; others are 404. */
export async function serve(files: Readonly<Record<string, Served>>): Promise<TestServer> {
  const ranges: (string | undefined)[] = [];
  const proxied: string[] = [];
  const server: Server = createServer((request, response) => {
    const file = files[request.url!.slice(1)];
    ranges.push(request.headers.range);
    if (file === undefined) return response.writeHead(404).end();
    if (file.silent) return;
    const etag = {
      ...(file.etag !== undefined && { etag: file.etag }),
      ...(file.type !== undefined && { "content-type": file.type }),
    };
    const changed = request.headers["if-range"] !== undefined && request.headers["if-range"] !== file.etag;
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? Number.NaN);
    const isRange = !Number.isNaN(from) && !file.ignoresRanges && !changed;
    if (isRange && from >= file.bytes.length) {
      return response.writeHead(416, { "content-range": `bytes */${file.bytes.length}` }).end();
    }
    const body = file.bytes.subarray(isRange ? from : 0);
    const headers = { ...etag, "content-length": body.length };
    if (isRange) {
      const range = `bytes ${from}-${file.bytes.length - 1}/${file.bytes.length}`;
      response.writeHead(206, { ...headers, "content-range": range });
    } else response.writeHead(200, headers);
    const cut = file.cuts?.shift();
    if (cut === undefined) return response.end(body);
    return response.write(body.subarray(0, cut), () => setTimeout(() => response.destroy(), 100));
  });
  // As a proxy it leads to itself, whatever the host.
  server.on("connect", (request, socket) => {
    proxied.push(request.url!);
    socket.write("HTTP/1.1 200 OK\r\n\r\n");
    const onward = connect((server.address() as AddressInfo).port, "127.0.0.1");
    socket.pipe(onward).pipe(socket);
    for (const end of [socket, onward]) end.on("error", () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    ranges,
    proxied,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
