/**
 * @file How a dashboard is served, and what is to be known of one that is.
 */

/** How a dashboard is served. */
export interface ServeOptions {
  /** Address to listen at; 127.0.0.1 unless told, which only this machine reaches. */
  readonly host?: string | undefined;
  /** Port; 0, or none, for any that is free. */
  readonly port?: number | undefined;
  /** Other names this server goes by, such as that of a proxy before it. */
  readonly names?: readonly string[] | undefined;
  /** The path a reverse proxy mounts it below, without a slash at the end; none unless told. */
  readonly basePath?: string | undefined;
  /** Folder of the built page; none to serve the API alone. */
  readonly page?: string | undefined;
  /** Folder of the built playground, which is shown below `/play/`; none for none. */
  readonly play?: string | undefined;
  /** Hashes of the tokens that open it, of `openTokens`; any address that others reach needs at least one. */
  readonly tokens?: readonly string[] | undefined;
  /** Whether trials are run by this process too. */
  readonly isWorking?: boolean | undefined;
  /** Folder of the data of this machine; the default one unless told. */
  readonly dataDir?: string | undefined;
  /** Folder of the lab's checkpoints on this machine. */
  readonly checkpoints?: string | undefined;
  /** Folder with the results of `shatter theory`, one below it each; none are shown unless told. */
  readonly theories?: string | undefined;
  /** How long a client may take to send a request, in milliseconds. */
  readonly requestMs?: number | undefined;
  /** How long a client may leave events unread, in milliseconds. */
  readonly stallMs?: number | undefined;
  /** Told what went wrong that nobody who asked is to blame for. */
  readonly onError?: ((message: string) => void) | undefined;
}

/** A dashboard that is served until it is disposed of. */
export interface DashboardServer extends AsyncDisposable {
  /** Where a browser on this machine finds it: `http://127.0.0.1:4242/`. */
  readonly address: string;
  readonly port: number;
}
