/**
 * @file The dashboard's page: where it starts.
 */

import { render } from "preact";
import { App } from "./app.tsx";
import { mountElements } from "./base-path.ts";
import { followLinks } from "./location.ts";
import { applyTheme } from "./theme.ts";

mountElements();
applyTheme();
followLinks();
render(<App />, document.getElementById("page")!);
