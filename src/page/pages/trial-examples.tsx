/**
 * @file The examples of a trial: as the network sees them, those it still misfits, and what it confuses.
 */

import { csvFormatRows } from "d3-dsv";
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { formatCount, formatNoun } from "../../report/format.ts";
import { type Grid, plainGrid } from "../../report/grid/grid.ts";
import type { DataItem, MisfitAnswer, TrialAnswer } from "../../web/api.ts";
import { setQuery } from "../location.ts";
import { Await, Empty } from "../parts/await.tsx";
import { Downloads, gridFiles, textFile } from "../parts/downloads.tsx";
import { Entry } from "../parts/fields.tsx";
import { ScrollBox } from "../parts/scroll-box.tsx";
import { useResource } from "../resource.ts";

/** Pictures of one kind. */
const SHOWN = 64;

/** Training examples as the network sees them in an epoch, which is in the address. */
export function Examples({
  trial: { id, dataset, epoch: last },
  address,
}: {
  readonly trial: TrialAnswer;
  readonly address: URL;
}): JSX.Element {
  const data = useResource<readonly DataItem[]>("/api/data");
  return (
    <section>
      <h2>As the network sees them</h2>
      <Await resource={data} what="the datasets">
        {(items) => {
          const item = items.find(({ name }) => name === dataset);
          return item?.isHere ? (
            <Sheet id={id} address={address} last={Math.max(1, last)} />
          ) : (
            <Empty>{item?.hint ?? `The dataset ${dataset} is not on the machine of this server.`}</Empty>
          );
        }}
      </Await>
    </section>
  );
}

function Sheet({
  id,
  address,
  last,
}: {
  readonly id: string;
  readonly address: URL;
  /** Last epoch that can be asked for. */
  readonly last: number;
}): JSX.Element {
  const asked = Math.floor(Number(address.searchParams.get("epoch") ?? 1)) || 1;
  const epoch = Math.min(last, Math.max(1, asked));
  const path = `/api/trials/${encodeURIComponent(id)}/examples?epoch=${epoch}&count=${SHOWN}`;
  return (
    <>
      <p class="soft">
        The first training examples after randomization and preprocessing, as they are in epoch {epoch}. Only
        augmentation makes epochs differ.
      </p>
      <Entry
        label="Epoch"
        type="number"
        min={1}
        max={last}
        value={String(epoch)}
        onChange={(value) => setQuery({ epoch: value === "1" ? undefined : value }, { replace: true })}
      />
      <img
        class="sheet"
        src={path}
        alt={`${SHOWN} training examples as the network sees them in epoch ${epoch}`}
        loading="lazy"
      />
      <Downloads of="Training examples" files={[{ name: `trial-${id}-examples-${epoch}.png`, from: path }]} />
    </>
  );
}

/** Examples whose label the network does not answer; once it has ended, what it fitted last as well. */
export function Misfit({ id, epoch }: { readonly id: string; readonly epoch: number }): JSX.Element {
  const path = `/api/trials/${encodeURIComponent(id)}/misfit?count=${SHOWN}`;
  const resource = useResource<MisfitAnswer>(path, (answer, event) =>
    event.type === "trials" &&
    event.trials.some((trial) => trial.id === id && trial.epoch !== (answer.epoch ?? epoch))
      ? { reloadIn: 5_000 }
      : null,
  );
  const hasEnded = (resource.data?.test ?? null) !== null;
  return (
    <section>
      <h2>{hasEnded ? "The hardest examples" : "Still misfit"}</h2>
      <Await resource={resource} what="the misfit examples">
        {(answer) =>
          answer.reason !== null ? (
            <Empty>{answer.reason}</Empty>
          ) : (
            <>
              <p class="soft">
                After {formatNoun(answer.epoch ?? 0, "epoch")} the network does not answer the label of{" "}
                {formatCount(answer.total)} of {formatNoun(answer.asked, "training example")}
                {answer.asked < answer.of && ` (the first of ${formatCount(answer.of)})`}
                {!answer.test &&
                  answer.total > answer.examples.length &&
                  `; ${answer.examples.length} of them`}
                {answer.test && "; here are those it misses, and those it fitted last"}.
              </p>
              <Pictured examples={answer.examples} of="Training" />
              {answer.test && (
                <>
                  <p class="soft">
                    It misses {formatNoun(answer.test.total, "test example")}; the surest mistakes come first.
                  </p>
                  <Pictured examples={answer.test.examples} of="Test" />
                </>
              )}
            </>
          )
        }
      </Await>
    </section>
  );
}

/** Examples with their label and what is said of them. */
const Pictured = ({
  examples,
  of,
}: {
  readonly examples: MisfitAnswer["examples"];
  readonly of: string;
}): JSX.Element => (
  <ul class="pictures">
    {examples.map(({ index, image, label, trueLabel, answer: said, since }) => (
      <li key={index}>
        <img src={image} alt={`${of} example ${index}, truly ${trueLabel}`} />
        <span>
          {label}
          {label !== trueLabel && <s title="its true label">{trueLabel}</s>}
        </span>
        <span class="soft">{since === null ? `said ${said}` : `since epoch ${since}`}</span>
      </li>
    ))}
  </ul>
);

/** Share of a color in the cell of the row's most frequent answer, in percent; text stays legible on it. */
const STRONGEST = 42;

/** Test examples by true class and predicted class. */
export function Confusion({
  id,
  confusion,
}: {
  readonly id: string;
  readonly confusion: TrialAnswer["confusion"];
}): JSX.Element | null {
  const grid = useMemo(() => (confusion ? gridOf(confusion) : null), [confusion]);
  if (confusion === null || grid === null) return null;
  const stem = `trial-${id}-confusion`;
  return (
    <section>
      <h2>What it confuses</h2>
      <p class="soft">{grid.caption}</p>
      <ScrollBox name="Confusion matrix">
        <table class="confusion">
          <thead>
            <tr>
              <th scope="col">true \ predicted</th>
              {confusion.map((_, index) => (
                <th key={index} scope="col">
                  {index}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {confusion.map((row, index) => {
              const total = Math.max(
                1,
                row.reduce((sum, count) => sum + count, 0),
              );
              return (
                <tr key={index}>
                  <th scope="row">{index}</th>
                  {row.map((count, place) => {
                    const part = Math.round((STRONGEST * count) / total);
                    const color = `color-mix(in oklab, var(--accent) ${part}%, transparent)`;
                    return (
                      <td
                        key={place}
                        style={{ background: color }}
                        class={place === index ? "right-answer" : ""}
                      >
                        {formatCount(count)}
                      </td>
                    );
                  })}
                </tr>
              );
            })}
          </tbody>
        </table>
      </ScrollBox>
      <Downloads
        of="Confusion matrix"
        files={[
          {
            name: `${stem}.csv`,
            from: textFile(() => csvFormatRows(confusion.map((row) => row.map(String))), "text/csv"),
          },
          { name: `${stem}.json`, from: textFile(() => JSON.stringify(confusion), "application/json") },
          ...gridFiles(stem, () => grid),
        ]}
      />
    </section>
  );
}

const gridOf = (confusion: readonly (readonly number[])[]): Grid =>
  plainGrid(
    {
      name: "confusion",
      title: "Confusion matrix",
      caption: "Test examples by true class (rows) and predicted class (columns), after the last epoch.",
    },
    ["true", ...confusion.keys()].map((title) => [String(title), "right"]),
    confusion.map((row, index) => [index, ...row].map(String)),
  );
