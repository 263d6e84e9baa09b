/**
 * @file What happened in a trial, as sentences.
 */

/** Longest text of an event. */
const LONGEST = 2000;

const texts: Readonly<Record<string, (data: Record<string, unknown>) => string>> = {
  started: () => "Began to prepare its data.",
  prepared: ({ touched, realised }) =>
    `Prepared and checked its data. ${touched ?? ""} ${
      typeof realised === "number" ? `Labels changed: ${(100 * realised).toFixed(1)} %.` : ""
    }`,
  resumed: ({ epochs, step }) =>
    `Went on from a checkpoint after ${epochs} epochs${Number(step) > 0 ? ` and ${step} steps` : ""}.`,
  checkpoint: ({ epochs, step }) =>
    `Left a checkpoint after ${epochs} epochs${Number(step) > 0 ? ` and ${step} steps` : ""}.`,
  warning: ({ text }) => String(text),
  done: () => "Came to its end.",
  failed: ({ error }) => `Failed: ${error}`,
  lost: ({ error }) => `Was lost: ${error}.`,
  released: ({ error }) => `Was given back${error ? `: ${error}` : "."}`,
  cancelled: ({ error }) => `Was cancelled${error ? `: ${error}` : "."}`,
};

/** An event as a sentence; one that is not known is told as it was written. */
export function describeEvent(type: string, data: unknown): string {
  const describe = Object.hasOwn(texts, type) ? texts[type]! : () => `${type}: ${JSON.stringify(data)}`;
  return describe(Object(data)).trim().slice(0, LONGEST);
}
