/**
 * @file The thread that decodes Parquet files: see `read-parquet-file.ts`.
 */

import { parentPort } from "node:worker_threads";
import { DataError } from "../../base/errors.ts";
import { decodeParquet } from "./parquet-file.ts";
import type { ParquetAnswer } from "./read-parquet-file.ts";

const answer = (said: ParquetAnswer): void => parentPort!.postMessage(said);

parentPort!.on("message", (where: string) => {
  decodeParquet(where).then(
    (contents) => answer({ contents }),
    (error: unknown) => {
      if (!(error instanceof DataError)) throw error;
      answer({ refusal: error.message });
    },
  );
});
