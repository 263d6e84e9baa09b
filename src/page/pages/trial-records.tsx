/**
 * @file What is written down about a trial: its spec, its checks, its attempts, checkpoints and events.
 */

import type { JSX } from "preact";
import { formatNumber } from "../../report/format.ts";
import { type Grid, plainGrid } from "../../report/grid/grid.ts";
import type { TrialAnswer } from "../../web/api.ts";
import { Empty } from "../parts/await.tsx";
import { Downloads, textFile } from "../parts/downloads.tsx";
import { Facts } from "../parts/facts.tsx";
import { GridTable } from "../parts/grid-table.tsx";
import { showSize, showTime } from "../words.ts";

/** The fields of a record by path, such as `augment.crop`. */
function fieldsOf(record: object, prefix = ""): [path: string, value: string][] {
  return Object.entries(record).flatMap(([name, value]): [string, string][] =>
    typeof value === "object" && value !== null
      ? fieldsOf(value, `${prefix}${name}.`)
      : [[prefix + name, String(value)]],
  );
}

/** Everything that decides the trial's result. */
export function Spec({ answer: { id, spec, result } }: { readonly answer: TrialAnswer }): JSX.Element {
  const { recipe, schema: _, ...rest } = spec;
  const path = `/api/trials/${encodeURIComponent(id)}/result`;
  return (
    <section>
      <h2>Its spec</h2>
      <p class="soft">A trial is its spec: the id is the hash of it, and equal specs give equal bytes.</p>
      <div class="two">
        <Facts facts={fieldsOf(rest).map(([name, value]) => [name, <code>{value}</code>])} />
        <Facts facts={fieldsOf(recipe).map(([name, value]) => [name, <code>{value}</code>])} />
      </div>
      <Downloads
        of="Spec and result"
        files={[
          {
            name: `trial-${id}-spec.json`,
            label: "Spec (JSON)",
            from: textFile(() => JSON.stringify(spec, null, 2), "application/json"),
          },
          ...(result === null ? [] : [{ name: `trial-${id}.json`, label: "Result (JSON)", from: path }]),
        ]}
      />
    </section>
  );
}

/** The checks of its randomized data. */
export function Conformance({
  lines,
  isOver,
}: {
  readonly lines: TrialAnswer["conformance"];
  readonly isOver: boolean;
}): JSX.Element {
  return (
    <section>
      <h2>Checks of its data</h2>
      {lines.length === 0 ? (
        <Empty>
          {isOver
            ? "This result came from elsewhere, without its checks."
            : "The checks are made once the data are, before the first step."}
        </Empty>
      ) : (
        <ul class="checks">
          {lines.map(({ randomization, check, ok, value, bound }) => (
            <li key={`${randomization} ${check}`}>
              <span class={ok ? "good" : "bad"}>{ok ? "holds" : "fails"}</span>
              <span>
                {randomization}: {check}
              </span>
              <span class="soft">
                {formatNumber(value)}, bound {formatNumber(bound)}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** The network of a trial that is done: as files, where the lab keeps it. */
export function Network({
  answer: {
    id,
    network: { bytes, mostBytes },
  },
}: {
  readonly answer: TrialAnswer;
}): JSX.Element {
  const path = `/api/trials/${encodeURIComponent(id)}/network`;
  const rule =
    mostBytes === 0
      ? "This lab keeps no networks"
      : `A lab keeps the newest networks, ${showSize(mostBytes)} of them in all`;
  return (
    <section>
      <h2>Its network</h2>
      {bytes === null ? (
        <Empty>
          {rule}, and not this one. <code>shatter model export {id}</code> trains it again, to the same bytes.
        </Empty>
      ) : (
        <>
          <p class="soft">
            Its parameters after the last epoch, {showSize(bytes)}. {rule}; one that is gone can be trained
            again, to the same bytes.
          </p>
          <Downloads
            of="Network"
            files={["onnx", "safetensors"].map((kind) => ({
              name: `trial-${id}.${kind}`,
              from: `${path}/${kind}`,
            }))}
          />
        </>
      )}
    </section>
  );
}

/** A table of words. */
const table = (
  name: string,
  title: string,
  heads: readonly string[],
  rows: readonly (readonly string[])[],
): Grid =>
  plainGrid(
    { name, title, caption: "" },
    heads.map((head) => [head, "left"]),
    rows,
  );

/** Who tried it, and how that went. */
export function Attempts({ tries }: { readonly tries: TrialAnswer["tries"] }): JSX.Element {
  return (
    <section>
      <h2>Attempts</h2>
      {tries.length === 0 ? (
        <Empty>No worker of this lab has tried it.</Empty>
      ) : (
        <GridTable
          grid={table(
            "attempts",
            "Attempts",
            ["Attempt", "State", "Worker", "Started", "Ended", "Resumed after", "Error"],
            tries.map((one) => [
              String(one.number),
              one.state,
              one.worker,
              showTime(one.startedAt),
              one.endedAt === null ? "" : showTime(one.endedAt),
              one.resumedEpochs === 0 ? "the start" : `${one.resumedEpochs} epochs`,
              one.error ?? "",
            ]),
          )}
        />
      )}
    </section>
  );
}

/** Where it could go on. */
export function Checkpoints({
  checkpoints,
}: {
  readonly checkpoints: TrialAnswer["checkpoints"];
}): JSX.Element {
  return (
    <section>
      <h2>Checkpoints</h2>
      {checkpoints.length === 0 ? (
        <Empty>None are kept: a trial that is done needs none.</Empty>
      ) : (
        <GridTable
          grid={table(
            "checkpoints",
            "Checkpoints",
            ["Epochs", "Steps of the next", "Attempt", "Size", "Written", "SHA-256"],
            checkpoints.map((one) => [
              String(one.epochs),
              String(one.step),
              String(one.attempt),
              showSize(one.size),
              showTime(one.createdAt),
              one.hash.slice(0, 16),
            ]),
          )}
        />
      )}
    </section>
  );
}

/** What happened to it besides its epochs. */
export function Events({ events }: { readonly events: TrialAnswer["events"] }): JSX.Element {
  return (
    <section>
      <h2>Events</h2>
      {events.length === 0 ? (
        <Empty>Nothing was written down besides its epochs.</Empty>
      ) : (
        <ol class="events">
          {events.map(({ at, attempt, type, text }) => (
            <li key={`${at} ${attempt} ${type} ${text}`}>
              <time dateTime={at}>{showTime(at)}</time>
              <span>{type}</span>
              <span>
                {text} <span class="soft">(attempt {attempt})</span>
              </span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
