/**
 * @file Which trials a list shows, as a condition of SQL. Every value is a parameter of the statement.
 */

import type { Expression, ExpressionBuilder, SqlBool } from "kysely";
import type { TrialStatus } from "../states.ts";
import type { Tables } from "../tables.ts";

/** Which trials: all that meet every condition given. A list of values means any of them. */
export interface TrialQuery {
  readonly experiment?: string | undefined;
  readonly state?: readonly TrialStatus[] | undefined;
  readonly model?: readonly string[] | undefined;
  readonly dataset?: readonly string[] | undefined;
  readonly inputs?: readonly string[] | undefined;
  readonly corrupt?: readonly number[] | undefined;
  readonly seed?: readonly number[] | undefined;
  readonly ids?: readonly string[] | undefined;
  /** Part of an id or of an error's text, in whatever case. */
  readonly text?: string | undefined;
}

/** Text as a pattern of `like` that means just itself. */
const literally = (text: string): string => text.replaceAll(/[\\%_]/g, "\\$&");

const lists = ["state", "model", "dataset", "inputs", "corrupt", "seed"] as const;

/** The condition that a row of `trials` belongs to a query. */
export function matching(query: TrialQuery) {
  return <Others extends Tables, Names extends keyof Others & string>(
    builder: ExpressionBuilder<Others, Names | "trials">,
  ): Expression<SqlBool> => {
    const eb = builder as unknown as ExpressionBuilder<Tables, "trials">;
    const { experiment, ids, text } = query;
    const conditions: Expression<SqlBool>[] = [];
    for (const name of lists) {
      const values = query[name];
      if (values) conditions.push(eb(`trials.${name}`, "in", values as never));
    }
    if (ids) conditions.push(eb("trials.id", "in", [...ids]));
    if (experiment !== undefined) {
      const members = eb
        .selectFrom("experiment_trials")
        .select("trial_id")
        .where("experiment_id", "=", experiment);
      conditions.push(eb("trials.id", "in", members));
    }
    if (text !== undefined && text !== "") {
      const pattern = `%${literally(text)}%`;
      conditions.push(eb.or([eb("trials.id", "ilike", pattern), eb("trials.error", "ilike", pattern)]));
    }
    return eb.and(conditions);
  };
}
