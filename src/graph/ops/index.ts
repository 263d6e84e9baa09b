/**
 * @file Every operation, by name: the tables that readers, validators and tests go through.
 */

import type { OperationRecord } from "../value.ts";
import { batchNormalize } from "./batch-norm.ts";
import * as blocked from "./blocked.ts";
import * as functions from "./functions.ts";

/** The operations among what a file exports, by name. */
const tableOf = (exported: object): ReadonlyMap<string, OperationRecord> =>
  new Map(
    Object.values(exported).flatMap((thing) => {
      const record: OperationRecord | undefined = typeof thing === "function" ? thing.record : undefined;
      return record ? [[record.name, record]] : [];
    }),
  );

/** All operations, by name. */
export const operations = tableOf({ ...functions, batchNormalize });

/** What only lowered graphs are made of (`graph/lower`), by name. */
export const loweredOperations = tableOf(blocked);
