/**
 * What is recorded of a trial, whatever becomes of its process.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseResult } from "../../src/report/parse-result.ts";
import { recordTrial } from "../../src/run/record.ts";
import type { TrialOutcome } from "../../src/train/trial.ts";

const RECORD = join(import.meta.dirname, "..", "..", "records", "2026-11-21_table-1", "result.json");

describe("recordTrial", () => {
  test("takes a trial for done that said so, though its process died before it could say goodbye", () => {
    const document = parseResult(readFileSync(RECORD, "utf8"), RECORD);
    if (document.schema !== "shatter/experiment@1") throw new Error("expected the record of an experiment");
    const { spec, result } = document.trials.find((trial) => trial.result.status === "done")!;
    const told = (failure: Parameters<ReturnType<typeof recordTrial>["end"]>[0]) => {
      const record = recordTrial({ id: result.id, spec, escalation: 0 });
      for (const row of result.history) record.add({ type: "epoch", row });
      record.add({ type: "done", outcome: result as unknown as TrialOutcome });
      return { ...record.end(failure).result, seconds: 0 };
    };
    const killed = told({ status: "failed", error: "the trial's process was killed by SIGKILL" });
    expect(killed.status).toBe("done");
    expect(killed).toEqual(told(undefined));
    expect(killed).not.toHaveProperty("error");
  });
});
