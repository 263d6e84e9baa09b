/**
 * @file What charts are drawn with where there is no browser: a document that poses as one's, and a maker of PNGs.
 */

import { Window } from "happy-dom";
import type { DrawingTools } from "../drawn-files.ts";
import { pngOf } from "./png.ts";

/** Tools to draw with. */
export const drawingTools = (): DrawingTools => ({
  document: new Window().document as unknown as Document,
  toPng: pngOf,
});
