/**
 * @file A finding of a check: what was found, what it means for a verdict, and what to do.
 */

import { z } from "zod";

/** Something about a file that whoever trains it should know. */
export const findingSchema = z.object({
  /** `blocking`: it cannot be trained; `lost`: the exporter took something away; `changed`: read otherwise than the file says. */
  kind: z.enum(["blocking", "lost", "changed", "note"]),
  /** Names of the nodes or tensors, the first few; none for the file as a whole. */
  at: z.array(z.string()),
  what: z.string(),
  /** What it means for a verdict. */
  means: z.string(),
  /** What to do, fields of options in backticks; nothing if there is nothing. */
  remedy: z.string(),
});

export type Finding = z.infer<typeof findingSchema>;

/** Names that are shown of many. */
const SHOWN = 5;
export const shown = (names: readonly string[]): string[] => names.slice(0, SHOWN);

export const PYTORCH_EXPORT =
  "torch.onnx.export(model.train(), ..., training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False, dynamo=False)";

/** A finding as a paragraph. */
export function tellFinding({ kind, at, what, means, remedy }: Finding): string {
  const where = at.length > 0 ? ` (${at.join(", ")})` : "";
  return `${kind}: ${what}${where}: ${means}${remedy === "" ? "" : `. ${capitalize(remedy)}`}.`;
}

const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
