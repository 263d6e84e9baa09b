/**
 * @file The dashboard's page: where it starts.
 */

import { render } from "preact";
import { App } from "./app.tsx";
import { followLinks } from "./location.ts";
import { applyTheme } from "./theme.ts";

applyTheme();
followLinks();
render(<App />, document.getElementById("page")!);
