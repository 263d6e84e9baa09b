/**
 * @file What browsers and engines say when something is wrong, for people: what happened, and what to do.
 */

/** Heard where memory is refused: WebAssembly itself only finds that something is not where it should be. */
const NO_MEMORY = /memory|alloc|out of bounds|unreachable|array length/i;
/** Heard where a driver was reset, a card unplugged, or the browser's process for it ended. */
const NO_CARD = /wgpu|GPU(Buffer|Device|Adapter)|device (is|was) lost/i;

/** Why a network could not be trained to its end, and what to do. */
export function tellFailure(reason: string): string {
  if (NO_CARD.test(reason))
    return "the graphics card was lost: its driver was reset, or the machine slept. If it happens again, choose “Computed by the processor” in the recipe";
  if (NO_MEMORY.test(reason))
    return "this browser gives the page no more memory; close other tabs, or take a smaller network or fewer images";
  return reason;
}

/** Why WebAssembly did not start, and what to do. */
export function tellRefusal(reason: string): string {
  if (NO_MEMORY.test(reason)) return tellFailure(reason);
  if (/NetworkError|Failed to (load|fetch)/i.test(reason))
    return "the engine could not be loaded; is the connection there?";
  if (typeof WebAssembly === "undefined") return "this browser has no WebAssembly, or it is turned off";
  const [, short = reason] =
    /ERR: \[\w+\] (?:RuntimeError: )?(.*?)(?:\)?\. Build with|\);|$)/.exec(reason) ?? [];
  return `the engine, WebAssembly, did not start (${short})`;
}
