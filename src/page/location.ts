/**
 * @file The address of the page: its path says what is shown, its query how (filters, order, view). Paths are told
 * without the one the dashboard is mounted below.
 */

import { changeAddress, useAddressBar } from "./address-bar.ts";
import { mounted, unmounted } from "./base-path.ts";

/** Go to an address of this page; `replace` leaves no step for the back button. */
export function navigate(to: string, options?: { readonly replace?: boolean }): void {
  const before = location.pathname;
  changeAddress(mounted(to), options);
  if (location.pathname !== before) scrollTo(0, 0);
}

/** The address now. */
const here = (): URL => unmounted(location.href) ?? new URL(location.href);

/** The address, anew whenever it changes. */
export const useAddress = (): URL => useAddressBar(here);

/** Values of the query by name; an empty one, or undefined, leaves the query. */
export type QueryChange = Readonly<Record<string, string | undefined>>;

/** This address with other values in its query. */
export function withQuery(change: QueryChange, address: URL = here()): string {
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
    const to = unmounted(link.href);
    if (to === undefined || to.pathname.startsWith("/api/")) return;
    if (to.hash !== "" && to.pathname === here().pathname) return;
    event.preventDefault();
    navigate(to.pathname + to.search + to.hash);
  });
}
