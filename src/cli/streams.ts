/**
 * @file What becomes of stdout and stderr: a reader that leaves, or a disk that is full, ends no command in the midst
 * of its work, and is told at its end.
 */

let lost: NodeJS.ErrnoException | undefined;

/** From now on nothing that happens to stdout or stderr ends the process. */
export function guardStreams(): void {
  process.stdout.on("error", (error) => {
    lost ??= error;
  });
  // Of what happens to stderr there is nobody to be told.
  process.stderr.on("error", () => {});
}

/** Why not all that was printed has arrived, if so; asked when it has, or cannot any more. */
export async function lostOutput(): Promise<NodeJS.ErrnoException | undefined> {
  await new Promise<void>((resolve) => process.stdout.write("", () => resolve()));
  // What a stream has to say about a write it says in the next turn.
  await new Promise((resolve) => setImmediate(resolve));
  return lost;
}
