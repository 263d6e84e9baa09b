/**
 * @file The address of the page: its path says what is shown, its query how (filters, order, view).
 */

import { useEffect, useState } from "preact/hooks";

const listeners = new Set<() => void>();
const tell = (): void => {
  for (const listener of listeners) listener();
};

/** Go to an address of this page; `replace` leaves no step for the back button. */
export function navigate(to: string, { replace = false }: { readonly replace?: boolean } = {}): void {
  const before = location.pathname;
  history[replace ? "replaceState" : "pushState"](null, "", to);
  if (location.pathname !== before) scrollTo(0, 0);
  tell();
}

/** The address, anew whenever it changes. */
export function useAddress(): URL {
  const [address, setAddress] = useState(() => new URL(location.href));
  useEffect(() => {
    const listener = (): void => setAddress(new URL(location.href));
    listeners.add(listener);
    addEventListener("popstate", listener);
    return () => {
      listeners.delete(listener);
      removeEventListener("popstate", listener);
    };
  }, []);
  return address;
}

/** Values of the query by name; an empty one, or undefined, leaves the query. */
export type QueryChange = Readonly<Record<string, string | undefined>>;

/** This address with other values in its query. */
export function withQuery(change: QueryChange, address: URL | Location = location): string {
  const query = new URLSearchParams(address.search);
  for (const [name, value] of Object.entries(change)) {
    if (value === undefined || value === "") query.delete(name);
    else query.set(name, value);
  }
  // Commas separate values, and are easier to read as they are.
  const text = query.toString().replaceAll("%2C", ",");
  return address.pathname + (text === "" ? "" : `?${text}`);
}

/** Change the query of this address. */
export const setQuery = (change: QueryChange, options: { readonly replace?: boolean } = {}): void =>
  navigate(withQuery(change), options);

/** Let links within the page change the address without loading it anew. */
export function followLinks(): void {
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element).closest("a");
    if (!link?.href || link.target !== "" || link.hasAttribute("download")) return;
    const to = new URL(link.href);
    if (to.origin !== location.origin || to.pathname.startsWith("/api/")) return;
    if (to.hash !== "" && to.pathname === location.pathname) return;
    event.preventDefault();
    navigate(to.pathname + to.search + to.hash);
  });
}
