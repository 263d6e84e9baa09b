/**
 * @file Documents of the server in the page's state: loaded, patched by live events, loaded again after a loss.
 */

import { useEffect, useReducer, useRef } from "preact/hooks";
import type { LiveEvent } from "../web/api.ts";
import { getJson, sayError } from "./fetch-json.ts";
import { listen } from "./live.ts";

/** What is known of a document. */
export interface Resource<T> {
  /** Null until it is there. While another address is loaded, that of the one before. */
  readonly data: T | null;
  /** Why it is not there, or not anew; null if nothing is wrong. */
  readonly error: string | null;
  readonly isLoading: boolean;
  /** Load it again, now. */
  readonly reload: () => void;
}

/** What an event means for a document: a newer one, and whether to load it anew, in so many milliseconds. */
export interface Patch<T> {
  readonly data?: T;
  readonly reloadIn?: number;
}

/** Documents that were seen lately, so that going back shows them at once. */
const seen = new Map<string, unknown>();
const MOST_SEEN = 24;

function remember(address: string, data: unknown): void {
  seen.delete(address);
  seen.set(address, data);
  if (seen.size > MOST_SEEN) seen.delete(seen.keys().next().value!);
}

/** Milliseconds until a document is asked for again that an event overtook. */
const OVERTAKEN = 500;

/** Requests on their way: parts of a page that want the same document share one. */
const underway = new Map<string, Promise<unknown>>();

function ask<T>(address: string): Promise<T> {
  let request = underway.get(address) as Promise<T> | undefined;
  if (request === undefined) {
    request = getJson<T>(address).finally(() => underway.delete(address));
    underway.set(address, request);
  }
  return request;
}

/**
 * A document of the server.
 *
 * @param address - Null for none.
 * @param patch - What an event means for it; nothing unless told.
 */
export function useResource<T>(
  address: string | null,
  patch: (data: T, event: LiveEvent) => Patch<T> | null = () => null,
): Resource<T> {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const state = useRef({ data: null as T | null, error: null as string | null, isLoading: true });
  const latest = useRef(patch);
  latest.current = patch;
  const loader = useRef<() => void>(() => {});

  useEffect(() => {
    const { current } = state;
    let isOver = false;
    let turn = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const set = (change: Partial<typeof current>): void => {
      Object.assign(current, change);
      redraw(0);
    };
    let isAsking = false;
    const load = async (get: (path: string) => Promise<T> = getJson): Promise<void> => {
      clearTimeout(timer);
      timer = undefined;
      if (address === null) return;
      const mine = ++turn;
      isAsking = true;
      const isOld = (): boolean => isOver || mine !== turn;
      try {
        const data = await get(address);
        if (isOld()) return;
        isAsking = false;
        remember(address, data);
        set({ data, error: null, isLoading: false });
      } catch (error) {
        if (isOld()) return;
        isAsking = false;
        set({ error: sayError(error), isLoading: false });
      }
    };
    const known = address === null ? undefined : (seen.get(address) as T | undefined);
    set({ isLoading: address !== null, error: null, ...(known === undefined ? {} : { data: known }) });
    loader.current = () => {
      set({ isLoading: true, error: null });
      void load();
    };
    void load(ask);
    const stop = listen({
      onReturn: () => void load(),
      onEvent: (event) => {
        if (current.data === null || address === null) return;
        const patch = latest.current(current.data, event);
        if (patch === null) return;
        // An answer on its way may be older than this event.
        const { data, reloadIn = isAsking ? OVERTAKEN : undefined } = patch;
        if (data !== undefined && data !== current.data) {
          remember(address, data);
          set({ data });
        }
        if (reloadIn !== undefined) timer ??= setTimeout(() => void load(), reloadIn);
      },
    });
    return () => {
      stop();
      clearTimeout(timer);
      isOver = true;
    };
  }, [address]);

  return { ...state.current, reload: () => loader.current() };
}
