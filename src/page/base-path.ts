/**
 * @file The path the dashboard is mounted below, such as `/proxy/4242`: everything the page says and hears of addresses
 * is told without it, and gets it where it meets the browser.
 */

import { options, type VNode } from "preact";

/** What the server wrote into the document; empty where it is mounted at the root. */
const BASE = document.querySelector<HTMLMetaElement>('meta[name="base-path"]')?.content ?? "";

/** An address of the dashboard as the browser needs it; others, and parts of addresses, stay as they are. */
export const mounted = (address: string): string => (address.startsWith("/") ? BASE + address : address);

/** An address of the browser as the dashboard calls it; undefined if it leads elsewhere. */
export function unmounted(address: string | URL): URL | undefined {
  const url = new URL(address);
  if (url.origin !== location.origin) return undefined;
  if (url.pathname !== BASE && !url.pathname.startsWith(`${BASE}/`)) return undefined;
  url.pathname = url.pathname.slice(BASE.length);
  return url;
}

/** Let every link and image of the page have its address as the browser needs it. */
export function mountElements(): void {
  const before = options.vnode;
  options.vnode = (vnode: VNode) => {
    const props = vnode.props as { href?: unknown; src?: unknown };
    if (typeof vnode.type === "string") {
      if (typeof props.href === "string") props.href = mounted(props.href);
      if (typeof props.src === "string") props.src = mounted(props.src);
    }
    before?.(vnode);
  };
}
