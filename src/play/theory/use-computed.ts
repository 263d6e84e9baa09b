/**
 * @file What a worker computes for a page, as it comes.
 */

import { useEffect, useState } from "preact/hooks";
import type { FromWorker, Tasks, ToWorker } from "./worker.ts";

/** What has come so far. */
export interface Computed<V> {
  readonly values: readonly V[];
  readonly isDone: boolean;
  readonly error?: string;
}

/** Have something computed, anew when the request changes; what was asked before is given up. */
export function useComputed<T extends keyof Tasks>(
  task: T,
  request: Tasks[T]["request"],
): Computed<Tasks[T]["value"]> {
  const [computed, setComputed] = useState<Computed<Tasks[T]["value"]>>({ values: [], isDone: false });
  const key = JSON.stringify(request);
  useEffect(() => {
    setComputed({ values: [], isDone: false });
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    const fail = (error: string): void => setComputed((now) => ({ ...now, isDone: true, error }));
    worker.addEventListener("error", () =>
      fail("The computation could not be started: is the connection there?"),
    );
    worker.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => {
      if (data.type === "failed") return fail(data.error);
      setComputed((now) =>
        data.type === "done"
          ? { ...now, isDone: true }
          : { ...now, values: [...now.values, data.value as Tasks[T]["value"]] },
      );
    });
    worker.postMessage({ task, request: JSON.parse(key) } as ToWorker);
    return () => worker.terminate();
  }, [task, key]);
  return computed;
}
