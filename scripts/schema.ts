/**
 * @file Writes the published JSON Schemas of the documents from the types the program uses.
 *
 *   npm run schema            a test fails when a file in schema/ is not this one
 */

import { writeFileSync } from "node:fs";
import { schemas } from "./schemas.ts";

for (const [name, schema] of Object.entries(schemas)) {
  writeFileSync(new URL(`../schema/${name}.json`, import.meta.url), `${JSON.stringify(schema, null, 2)}\n`);
}
