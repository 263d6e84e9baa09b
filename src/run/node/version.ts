/**
 * @file The version of this package, which costs nothing to know.
 */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The folder of the package: two floors above this file, in the sources and in the build alike. */
export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** Version of this package. */
export const version: string = JSON.parse(readFileSync(`${ROOT}/package.json`, "utf8")).version;
