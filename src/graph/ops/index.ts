/**
 * @file Every operation, by name: the tables that readers, validators and tests go through.
 */

import type { OperationRecord } from "../value.ts";
import * as blocked from "./blocked.ts";
import { fold } from "./fold.ts";
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
export const operations = tableOf(functions);

/** Those that come after all differentiation, or have no part in it, and that no file is read as; by name. */
export const forwardOperations = tableOf({ ...blocked, fold });
