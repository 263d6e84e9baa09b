/**
 * @file The child process that trains: reads orders, runs trials one after another, sends their events.
 *
 * Run by {@link openProcessPool} with the device, the number of threads and the folders of this machine as arguments. A trial
 * that has to stop - told by the parent, by a signal, or because the parent is gone - leaves a checkpoint first.
 */

import { messageOf } from "../../base/errors.ts";
import type { Device } from "../../train/devices.ts";
import { type Engine, openEngine } from "../../train/engine.ts";
import type { TrainedNetwork } from "../../train/trained.ts";
import { runHere } from "../runner.ts";
import { GRACE_MS, openCheckpoints } from "./checkpoints.ts";
import { feedThread } from "./feed-thread.ts";
import { openLibrary } from "./library.ts";
import { networkKeeper } from "./networks.ts";
import type { ChildMessage, ChildOptions, ParentMessage } from "./pool.ts";
import { programOn } from "./provenance.ts";
import { runtime } from "./runtime.ts";

const [device, threads, options] = process.argv.slice(2) as [Device, string, string];
const { checkpoints: kept, contents, networks, kept: lasting }: ChildOptions = JSON.parse(options);

// The parent may be gone at any time; nobody then listens.
const say = (message: ChildMessage): void => void process.send?.(message, undefined, undefined, () => {});

/** The trial that is running, to be stopped. */
let trial: AbortController | undefined;
/** Let the running trial leave a checkpoint; end at once if there is none, or nowhere to leave it. */
const stop = (exitCode: number): void => {
  if (!trial || !kept) process.exit(exitCode);
  trial.abort();
};

// Ctrl-C and a closed terminal reach the whole process group; the parent decides what becomes of its children.
process.on("SIGINT", () => {}).on("SIGHUP", () => {});
if (kept) process.on("SIGTERM", () => stop(143));
process.on("disconnect", () => {
  stop(0);
  setTimeout(() => process.exit(), GRACE_MS);
});

let engine: Engine | undefined;
try {
  engine = await openEngine(runtime, device, Number(threads));
} catch (error) {
  say({ type: "refused", error: messageOf(error) });
}

if (engine) {
  // Trials of one test read the same files.
  const library = openLibrary({ contents, keepsLast: true });
  const checkpoints = kept ? openCheckpoints(kept, programOn(device)) : undefined;
  const keepAsked = networks === undefined ? undefined : networkKeeper(networks);
  const keepLasting = lasting === undefined ? undefined : networkKeeper(lasting, ["safetensors"]);
  const keepNetwork = async (network: TrainedNetwork, warn: (text: string) => void): Promise<void> => {
    await keepAsked?.(network, warn);
    if (network.outcome.status === "done") await keepLasting?.(network, warn);
  };
  const wantsNetworks = keepAsked !== undefined || keepLasting !== undefined;
  const runner = runHere(
    engine,
    library.subject,
    checkpoints,
    wantsNetworks ? keepNetwork : undefined,
    feedThread(contents),
  );
  process.on("message", async (message: ParentMessage) => {
    if (message.type === "stop") {
      trial?.abort();
      return;
    }
    const { spec, source } = message;
    trial = new AbortController();
    const failure = await runner.run(spec, source, (event) => say({ type: "event", event }), trial.signal);
    trial = undefined;
    say({ type: "ended", failure });
    if (!process.connected) process.exit();
  });
  say({ type: "ready" });
}
