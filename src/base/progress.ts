/**
 * @file How a long computation tells how far it is, and stops when asked.
 */

/** What every computation may be given. */
export interface Watch {
  /** Told now and then: `done` of `total` steps, and what is under way; the total may change with what is. */
  readonly onProgress?: ((done: number, total: number, what: string) => void) | undefined;
  /** Aborted, the computation ends soon: it throws the signal's reason, or returns what it has. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Tell progress, let other work in (such as the key that interrupts), and stop if asked to.
 *
 * @throws The signal's reason, if it was aborted.
 */
export async function breathe(
  { onProgress, signal }: Watch,
  done: number,
  total: number,
  what: string,
): Promise<void> {
  onProgress?.(done, total, what);
  await new Promise((resolve) => setTimeout(resolve, 0));
  signal?.throwIfAborted();
}
