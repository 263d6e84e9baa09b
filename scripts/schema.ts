/**
 * @file Writes the published JSON Schemas of the result documents from the types the program uses.
 *
 *   npm run schema            a test fails when a file in schema/ is not this one
 */

import { writeFileSync } from "node:fs";
import { experimentJsonSchema } from "../src/lab/experiment-result.ts";
import { testJsonSchema } from "../src/lab/result.ts";

const schemas = { "test@1": testJsonSchema(), "experiment@1": experimentJsonSchema() };

for (const [name, schema] of Object.entries(schemas)) {
  writeFileSync(new URL(`../schema/${name}.json`, import.meta.url), `${JSON.stringify(schema, null, 2)}\n`);
}
