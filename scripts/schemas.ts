/**
 * @file The JSON Schemas that are published in schema/, made from the types the program uses.
 */

import { experimentJsonSchema } from "../src/lab/experiment-result.ts";
import { experimentFileJsonSchema } from "../src/lab/experiments/file-fields.ts";
import { testJsonSchema } from "../src/lab/result.ts";
import { theoryJsonSchema } from "../src/theory/theory-result.ts";

/** By the name of their file, without its extension. */
export const schemas: Readonly<Record<string, object>> = {
  "test@1": testJsonSchema(),
  "experiment@1": experimentJsonSchema(),
  "experiment-file@1": experimentFileJsonSchema(),
  "theory@1": theoryJsonSchema(),
};
