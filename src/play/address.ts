/**
 * @file The address of the playground, and how it is changed.
 */

import { useEffect, useState } from "preact/hooks";
import { type PageName, type PlayState, type ReadAddress, readHash, writeHash } from "./state.ts";

const listeners = new Set<() => void>();

/** Go to a page with what is set; `replace` leaves no step for the back button. */
export function go(page: PageName, state: PlayState, { replace = false } = {}): void {
  history[replace ? "replaceState" : "pushState"](null, "", writeHash(page, state));
  for (const listener of listeners) listener();
}

/** What the address says, anew whenever it changes. */
export function usePlayAddress(): ReadAddress {
  const [address, setAddress] = useState(() => readHash(location.hash));
  useEffect(() => {
    const listener = (): void => setAddress(readHash(location.hash));
    listeners.add(listener);
    addEventListener("popstate", listener);
    return () => {
      listeners.delete(listener);
      removeEventListener("popstate", listener);
    };
  }, []);
  return address;
}
