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
    const model = await modelOfFile(bytes);
    const example = exampleFor(model.file, model.settings);
    const { findings, analysis } = checkFile(model, example);
    const { identity } = model.content!;
    // What cannot be trained is not kept.
    if (analysis) await lab.contents.keep([{ identity: bytesOf(identity), bytes }]);
    return context.json({
      identity,
      isTrainable: analysis !== undefined,
      example: [...example],
      findings: findings.map(tellFinding),
    } satisfies ModelAnswer);
  });
}
