/**
 * @file The playground: where it starts.
 */

import { render } from "preact";
import { applyTheme } from "../page/theme.ts";
import { App } from "./app.tsx";
import { keepForOffline } from "./offline.ts";

applyTheme();
keepForOffline();
render(<App />, document.getElementById("page")!);
