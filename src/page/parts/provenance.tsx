/**
 * @file Which code, engine and machine made a result, and when.
 */

import type { JSX } from "preact";
import type { ExperimentResult } from "../../paper/experiment-result.ts";
import { showSeconds, showTime } from "../words.ts";
import { Facts } from "./facts.tsx";

/** Where a result comes from, folded away. */
export function Provenance({
  provenance,
}: {
  readonly provenance: ExperimentResult["provenance"];
}): JSX.Element {
  const { version, commit, engine, device, threads, jobs, node, machine, command, started, seconds } =
    provenance;
  return (
    <details>
      <summary>
        <h2>Where it comes from</h2>
      </summary>
      <Facts
        facts={[
          ["Shatter", commit === null ? version : `${version}, commit ${commit}`],
          ["Engine", engine],
          ["Device", `${device}, ${threads} threads, ${jobs} at once`],
          ["Node", node],
          ["Machine", machine],
          ["Command", command && <code>{command}</code>],
          ["Started", <time dateTime={started}>{showTime(started)}</time>],
          ["Took", showSeconds(seconds)],
        ]}
      />
    </details>
  );
}
