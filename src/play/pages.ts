/**
 * @file The pages besides the race, loaded when they are opened.
 */

import type { JSX } from "preact";
import type { PageName } from "./state.ts";

/** What a page is given: nothing; it is drawn below the bar, inside of `main`. */
type LoadPage = () => Promise<{ readonly Page: () => JSX.Element }>;

/** A page is listed in the bar once it is here; its name stands in `state.ts`. */
export const LAZY: { readonly [name in PageName]?: LoadPage } = {
  "theorem-1": () => import("./theory/theorem-page.tsx"),
  "minimum-norm": () => import("./theory/interpolation-page.tsx"),
  "double-descent": () => import("./theory/descent-page.tsx"),
};
