/**
 * @file Parquet files, read on a thread of their own, which ends where a file takes more time or memory than it may.
 */

import { totalmem } from "node:os";
import { Worker } from "node:worker_threads";
import { z } from "zod";
import { DataError } from "../../base/errors.ts";
import { fileSize } from "./files.ts";
import type { ParquetContents } from "./parquet-file.ts";

/** Seconds that any file may take, and those for each of its MiB more. */
const PATIENCE = 20;
const PATIENCE_PER_MIB = 2;

/** Bytes by which the process may grow, and those for each of a file's; the share of this machine's memory beyond which it may not. */
const MEMORY = 3 * 2 ** 30;
const MEMORY_PER_BYTE = 16;
const MEMORY_SHARE = 0.5;

/** MiB that may be JavaScript's own values. */
const MOST_HEAP_MIB = 4096;

/** Milliseconds between two looks at the memory. */
const LOOK = 50;

/** A Parquet file in memory. */
export interface ParquetFile extends Omit<ParquetContents, "said"> {
  readonly where: string;
  /** Names of a column's classes, where Hugging Face's metadata have them. */
  readonly classNamesOf: (column: string) => readonly string[] | undefined;
}

/** What the thread answers. */
export type ParquetAnswer = { readonly contents: ParquetContents } | { readonly refusal: string };

const THREAD = new URL(`./parquet-thread${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url);

/** A thread that waits for the next file: starting one takes longer than most files. */
let idle: Worker | undefined;

/**
 * Read a Parquet file.
 *
 * @param patience - Seconds that it may take, beside 2 for each of its MiB.
 * @throws DataError if it is none, is damaged or packed in a way that is not read, is beyond the limits, or takes longer than
 *   20 s and 2 s for each of its MiB, or more memory than 3 GiB and 16 times its size, or than half of this machine's.
 */
export async function readParquetFile(where: string, patience = PATIENCE): Promise<ParquetFile> {
  const size = (await fileSize(where)) ?? 0;
  const limits = {
    seconds: patience + Math.ceil((PATIENCE_PER_MIB * size) / 2 ** 20),
    bytes: Math.min(MEMORY + MEMORY_PER_BYTE * size, MEMORY_SHARE * totalmem()),
  };
  const { said, ...contents } = await onThread(where, limits);
  return { ...contents, where, classNamesOf: (column) => classNamesIn(said, column) };
}

/** What a file may take. */
interface Limits {
  readonly seconds: number;
  /** By which the process may grow. */
  readonly bytes: number;
}

function onThread(where: string, { seconds, bytes }: Limits): Promise<ParquetContents> {
  const worker = idle ?? new Worker(THREAD, { resourceLimits: { maxOldGenerationSizeMb: MOST_HEAP_MIB } });
  idle = undefined;
  worker.ref();
  const before = process.memoryUsage.rss();
  const grown = (): number => process.memoryUsage.rss() - before;
  return new Promise<ParquetContents>((resolve, reject) => {
    const end = (): void => {
      clearTimeout(deadline);
      clearInterval(watch);
      worker.off("error", fail);
      worker.off("message", take);
    };
    const stop = (expected: string): void => {
      end();
      void worker.terminate();
      reject(
        new DataError(
          `${where}: expected a Parquet file that is read ${expected}; do not trust it, or take a part of the data`,
        ),
      );
    };
    const deadline = setTimeout(() => stop(`in ${seconds} s, got no end of it`), 1000 * seconds);
    const tooLarge = `in at most ${Math.floor(bytes / 2 ** 20)} MiB of memory, got more`;
    const watch = setInterval(() => grown() > bytes && stop(tooLarge), LOOK);
    const fail = (error: NodeJS.ErrnoException): void => {
      if (error.code === "ERR_WORKER_OUT_OF_MEMORY") {
        stop(tooLarge);
        return;
      }
      end();
      reject(error);
    };
    const take = (answer: ParquetAnswer): void => {
      end();
      worker.unref();
      idle = worker;
      if ("contents" in answer) resolve(answer.contents);
      else reject(new DataError(answer.refusal));
    };
    worker.on("error", fail);
    worker.on("message", take);
    worker.postMessage(where);
  });
}

const featuresSchema = z.object({ info: z.object({ features: z.record(z.string(), z.unknown()) }) });
const classesSchema = z.object({ names: z.array(z.string()).min(1) });

function classNamesIn(said: string | undefined, column: string): readonly string[] | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(said ?? "null");
  } catch {
    return undefined;
  }
  const { data } = featuresSchema.safeParse(parsed);
  return data && Object.hasOwn(data.info.features, column)
    ? classesSchema.safeParse(data.info.features[column]).data?.names
    : undefined;
}
