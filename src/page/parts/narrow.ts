/**
 * @file Whether the window is as narrow as a phone, where what matters first stands first and the rest is folded away.
 */

import { useEffect, useState } from "preact/hooks";

const PHONE = matchMedia("(max-width: 40rem)");

/** Whether it is, now and when it changes. */
export function useNarrow(): boolean {
  const [isNarrow, setNarrow] = useState(PHONE.matches);
  useEffect(() => {
    const look = (): void => setNarrow(PHONE.matches);
    PHONE.addEventListener("change", look);
    return () => PHONE.removeEventListener("change", look);
  }, []);
  return isNarrow;
}
