/**
 * @file The JSON Schemas that are published in schema/, made from the types the program uses.
 */

import { auditJsonSchema } from "../src/audit/audit-result.ts";
import { dataFileJsonSchema } from "../src/data/data-file.ts";
import { modelsJsonSchema } from "../src/lab/saved-models.ts";
import { experimentJsonSchema } from "../src/paper/experiment-result.ts";
import { experimentFileJsonSchema } from "../src/paper/file-fields.ts";
import { replayJsonSchema } from "../src/paper/replay-result.ts";
import { testJsonSchema } from "../src/paper/test-result.ts";
import { theoryJsonSchema } from "../src/theory/theory-result.ts";

/** By the name of their file, without its extension. */
export const schemas: Readonly<Record<string, object>> = {
  "test@1": testJsonSchema(),
  "experiment@1": experimentJsonSchema(),
  "experiment-file@1": experimentFileJsonSchema(),
  "data-file@1": dataFileJsonSchema(),
  "theory@1": theoryJsonSchema(),
  "replay@1": replayJsonSchema(),
  "audit@1": auditJsonSchema(),
  "models@1": modelsJsonSchema(),
};
