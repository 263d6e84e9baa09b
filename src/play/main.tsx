/**
 * @file The playground: where it starts.
 */

import { render } from "preact";
import { applyTheme } from "../page/theme.ts";
import { App } from "./app.tsx";
import { keepForOffline } from "./offline.ts";

applyTheme();
keepForOffline();
// A task of its own: the program has just been compiled and run in this one.
setTimeout(() => render(<App />, document.getElementById("page")!));
