/**
 * @file Where the dashboard's page and the playground are built to.
 */

import { fileURLToPath } from "node:url";

/** A folder of the package, from the sources and from the build alike. */
const built = (name: string): string => fileURLToPath(new URL(`../../dist/${name}/`, import.meta.url));

/** `dist/page`, and `dist/play`. */
export const BUILT_PAGE = built("page");
export const BUILT_PLAY = built("play");
