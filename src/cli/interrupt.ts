/**
 * @file Ctrl-C, a request to end, and a terminal that is closed: what is done is kept, and told.
 */

/**
 * A signal that is aborted when the process is asked to end. Asked once more, it ends at once; a closed terminal
 * (SIGHUP) asks but once, as systems send it twice.
 *
 * @param words - Told when it happens.
 */
export function interruptSignal(words: string): AbortSignal {
  const interrupt = new AbortController();
  const onSignal = (signal: NodeJS.Signals): void => {
    if (!interrupt.signal.aborted) {
      interrupt.abort();
      process.stderr.write(`\n${words}\n`);
    } else if (signal !== "SIGHUP") process.exit(130);
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal).on("SIGHUP", onSignal);
  return interrupt.signal;
}
