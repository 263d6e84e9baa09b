/**
 * @file The groups of a comparison, the best first, each to be hidden or pinned.
 */

import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { CompareAnswer } from "../../web/api.ts";
import { COMPARE_NOTE, type CompareRow, compareColumns, compareGrid, compareRows } from "../compare-table.ts";
import type { CompareView } from "../compare-view.ts";
import { setQuery } from "../location.ts";
import { Downloads, gridFiles, textFile } from "../parts/downloads.tsx";
import { ScrollBox } from "../parts/scroll-box.tsx";

/** The table of a comparison, and its files. */
export function CompareTable({
  answer,
  view: { hidden, pinned },
  singles,
  csv,
}: {
  readonly answer: CompareAnswer;
  readonly view: CompareView;
  readonly singles: CompareAnswer["groups"];
  /** Where the server has all points as CSV. */
  readonly csv: string;
}): JSX.Element {
  const first = pinned.join();
  const rows = useMemo(() => compareRows(answer, singles, pinned), [answer, singles, first]);
  const columns = compareColumns(
    answer,
    rows.some(({ difference }) => difference !== null),
  );
  return (
    <section>
      <h2>Where they are</h2>
      <ScrollBox name="Groups">
        <table class="trials">
          <thead>
            <tr>
              <th scope="col" class="left">
                Group
              </th>
              {columns.map(({ title, field }) => (
                <th key={field} scope="col">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.key} class={hidden.includes(row.key) ? "soft" : undefined}>
                <th scope="row" class="left">
                  {row.title} <Switches row={row} hidden={hidden} pinned={pinned} />
                </th>
                {columns.map(({ field }) => (
                  <td key={field}>{row[field]}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
      <p class="remark">{COMPARE_NOTE}</p>
      <Downloads
        of="Groups"
        files={[
          { name: "compare.csv", from: csv },
          {
            name: "compare.json",
            from: textFile(() => JSON.stringify(answer, null, 2), "application/json"),
          },
          ...gridFiles("compare", () => compareGrid(answer, rows)),
        ]}
      />
    </section>
  );
}

/** A list with or without a value, as an address has it. */
const toggled = (list: readonly string[], key: string): string =>
  (list.includes(key) ? list.filter((one) => one !== key) : [...list, key]).join(",");

/** Whether a group is hidden or pinned. */
const Switches = ({
  row: { key, title },
  hidden,
  pinned,
}: {
  readonly row: CompareRow;
  readonly hidden: readonly string[];
  readonly pinned: readonly string[];
}): JSX.Element => (
  <span class="switches">
    <button
      type="button"
      class="plain"
      aria-pressed={hidden.includes(key)}
      aria-label={`Hide ${title}`}
      onClick={() => setQuery({ hide: toggled(hidden, key) })}
    >
      {hidden.includes(key) ? "show" : "hide"}
    </button>
    <button
      type="button"
      class="plain"
      aria-pressed={pinned.includes(key)}
      aria-label={`Pin ${title}`}
      onClick={() => setQuery({ pin: toggled(pinned, key) })}
    >
      {pinned.includes(key) ? "unpin" : "pin"}
    </button>
  </span>
);
