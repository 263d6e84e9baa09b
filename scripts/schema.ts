/**
 * @file Writes the published JSON Schemas of the result documents from the types the program uses.
 *
 *   npm run schema            a test fails when a file in schema/ is not this one
 */

import { writeFileSync } from "node:fs";
import { experimentJsonSchema } from "../src/lab/experiment-result.ts";
import { experimentFileJsonSchema } from "../src/lab/experiments/file-fields.ts";
import { testJsonSchema } from "../src/lab/result.ts";

const schemas = {
  "test@1": testJsonSchema(),
  "experiment@1": experimentJsonSchema(),
  "experiment-file@1": experimentFileJsonSchema(),
};

for (const [name, schema] of Object.entries(schemas)) {
  writeFileSync(new URL(`../schema/${name}.json`, import.meta.url), `${JSON.stringify(schema, null, 2)}\n`);
}
