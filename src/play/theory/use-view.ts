/**
 * @file What a page of theory shows, kept in its part of the address.
 */

import { useEffect, useRef, useState } from "preact/hooks";
import { go, usePlayAddress } from "../address.ts";

/** Milliseconds after the last change at which it is written: browsers refuse addresses that change with every frame. */
const PAUSE = 250;

/**
 * What is shown, and how it is changed.
 *
 * @param read - From a text of somebody's; it must come to something whatever the text is.
 * @param write - The same back.
 */
export function useView<T>(
  read: (text: string) => T,
  write: (value: T) => string,
): readonly [value: T, change: (to: T) => void] {
  const { page, state } = usePlayAddress();
  const [value, setValue] = useState(() => read(state.view));
  const written = useRef(state.view);
  const timer = useRef<ReturnType<typeof setTimeout>>();
  useEffect(() => {
    // The back button, or another address.
    if (state.view !== written.current) setValue(read(state.view));
    written.current = state.view;
  }, [state.view, read]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const change = (to: T): void => {
    setValue(to);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      written.current = write(to);
      go(page, { ...state, view: written.current }, { replace: true });
    }, PAUSE);
  };
  return [value, change];
}
