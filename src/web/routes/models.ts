/**
 * @file Takes model files: checked here, kept by the lab, and named by their hash from then on.
 */

import { Hono } from "hono";
import { checkFile, exampleFor } from "../../import/check.ts";
import { tellFinding } from "../../import/finding.ts";
import { bytesOf } from "../../run/contents.ts";
import { modelOfFile } from "../../run/model-file.ts";
import type { ModelAnswer } from "../api.ts";
import { MODEL_BYTES, readBody } from "../parameters.ts";
import type { Services } from "../services.ts";

/** The routes. */
export function modelRoutes({ lab }: Services): Hono {
  return new Hono().post("/", async (context) => {
    const bytes = await readBody(context.req.raw, MODEL_BYTES);
    const { file, settings, content, ...model } = await modelOfFile(bytes);
    const example = exampleFor(file, settings);
    const { findings, analysis } = checkFile({ ...model, file, settings }, example);
    // What cannot be trained is not kept.
    if (analysis) await lab.contents.keep([{ identity: bytesOf(content!.identity), bytes }]);
    return context.json({
      identity: content!.identity,
      isTrainable: analysis !== undefined,
      example: [...example],
      findings: findings.map(tellFinding),
    } satisfies ModelAnswer);
  });
}
