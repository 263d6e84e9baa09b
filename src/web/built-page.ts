/**
 * @file Where the dashboard's page is built to.
 */

import { fileURLToPath } from "node:url";

/** `dist/page` of the package, from the sources and from the build alike. */
export const BUILT_PAGE = fileURLToPath(new URL("../../dist/page/", import.meta.url));
