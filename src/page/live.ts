/**
 * @file What happens in the lab, as it happens: one stream of events for the whole page.
 *
 * The stream is opened again, by us, whenever it ends or falls silent; who listens is then told to catch up.
 */

import { useEffect, useState } from "preact/hooks";
import type { LiveEvent } from "../web/api.ts";
import { mounted } from "./base-path.ts";

/** Whether the server is heard. */
export type Connection = "connecting" | "live" | "lost";

/** What is known of the server. */
export interface Heard {
  readonly connection: Connection;
  /** Why it cannot read the lab just now, as a sentence; null if it can. */
  readonly trouble: string | null;
}

interface Listener {
  readonly onEvent: (event: LiveEvent) => void;
  /** The stream is back after a loss: what happened meanwhile was missed. */
  readonly onReturn: () => void;
}

/** Milliseconds of silence after which the server counts as lost; it speaks more often even if nothing happens. */
const SILENCE = 20_000;
/** Milliseconds to the first try to return, and at most between two. */
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 5_000;

/** Milliseconds after which the first documents are there. */
const SETTLED = 1_500;

const listeners = new Set<Listener>();
const watchers = new Set<(heard: Heard) => void>();
let heard: Heard = { connection: "connecting", trouble: null };
let wasLost = false;
let wasOpen = false;
let pause = FIRST_PAUSE;
let source: EventSource | null = null;
let retryTimer: ReturnType<typeof setTimeout> | undefined;
let silenceTimer: ReturnType<typeof setTimeout> | undefined;

function setHeard(connection: Connection, trouble: string | null = null): void {
  if (heard.connection === connection && heard.trouble === trouble) return;
  heard = { connection, trouble };
  for (const watcher of watchers) watcher(heard);
}

function hear(): void {
  clearTimeout(silenceTimer);
  silenceTimer = setTimeout(lose, SILENCE);
}

function open(): void {
  clearTimeout(retryTimer);
  source?.close();
  source = new EventSource(mounted("/api/live"));
  source.onopen = () => {
    pause = FIRST_PAUSE;
    hear();
    setHeard("live");
    if (wasLost) catchUp();
    // What changed between the first documents and the stream was told by neither.
    if (!wasOpen) setTimeout(catchUp, SETTLED);
    wasOpen = true;
  };
  source.onerror = lose;
  source.onmessage = receive;
}

/** What happened meanwhile was missed: whoever shows something reads it again. */
function catchUp(): void {
  wasLost = false;
  for (const listener of listeners) listener.onReturn();
}

function receive({ data }: MessageEvent<string>): void {
  hear();
  const event = JSON.parse(data) as LiveEvent;
  if (event.type === "trouble") {
    wasLost = true;
    setHeard("live", event.error);
    return;
  }
  setHeard("live");
  if (wasLost) catchUp();
  if (event.type !== "alive") for (const listener of listeners) listener.onEvent(event);
}

/** The browser would try again by itself, but not after every kind of failure. */
function lose(): void {
  source?.close();
  source = null;
  clearTimeout(silenceTimer);
  wasLost = true;
  setHeard("lost");
  clearTimeout(retryTimer);
  retryTimer = setTimeout(open, pause);
  pause = Math.min(LONGEST_PAUSE, pause * 2);
}

/** Try now, not after the pause. */
export function reconnect(): void {
  pause = FIRST_PAUSE;
  open();
}

/** Listen to what happens; returns how to stop. */
export function listen(listener: Listener): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

/** Whether the server is heard, anew whenever it changes; whoever asks first opens the stream. */
export function useHeard(): Heard {
  const [state, setState] = useState(heard);
  useEffect(() => {
    watchers.add(setState);
    setState(heard);
    if (source === null && retryTimer === undefined) {
      open();
      addEventListener("online", reconnect);
    }
    return () => {
      watchers.delete(setState);
    };
  }, []);
  return state;
}
