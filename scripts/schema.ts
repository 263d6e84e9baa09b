/**
 * @file Writes the published JSON Schema of `shatter/test@1` from the types the program uses.
 *
 *   npm run schema            a test fails when the file in schema/ is not this one
 */

import { writeFileSync } from "node:fs";
import { testJsonSchema } from "../src/lab/result.ts";

writeFileSync(
  new URL("../schema/test@1.json", import.meta.url),
  `${JSON.stringify(testJsonSchema(), null, 2)}\n`,
);
