/**
 * @file Has the service worker keep the playground in this browser, for use without a connection.
 */

import { useEffect, useState } from "preact/hooks";

/** Start keeping once the page is here; a browser that keeps nothing (private windows, plain HTTP) shows the page all the same. */
export function keepForOffline(): void {
  if (!("serviceWorker" in navigator)) return;
  addEventListener("load", () => {
    navigator.serviceWorker.register("./service-worker.js").catch(() => {});
  });
}

/** Whether everything is kept. */
export function useKept(): boolean {
  const [isKept, setIsKept] = useState(false);
  useEffect(() => {
    navigator.serviceWorker?.ready.then(() => setIsKept(true));
  }, []);
  return isKept;
}
