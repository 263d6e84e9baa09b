/**
 * @file The address bar: changed here, and read anew whenever it changes.
 */

import { useEffect, useState } from "preact/hooks";

const listeners = new Set<() => void>();

/** Show another address; `replace` leaves no step for the back button. */
export function changeAddress(to: string, { replace = false }: { readonly replace?: boolean } = {}): void {
  history[replace ? "replaceState" : "pushState"](null, "", to);
  for (const listener of listeners) listener();
}

/** What is read of the address, anew whenever it changes. */
export function useAddressBar<T>(read: () => T): T {
  const [value, setValue] = useState(read);
  useEffect(() => {
    const listener = (): void => setValue(read);
    listeners.add(listener);
    addEventListener("popstate", listener);
    return () => {
      listeners.delete(listener);
      removeEventListener("popstate", listener);
    };
  }, [read]);
  return value;
}
