/**
 * @file The data: the same examples under every randomization.
 */

import type { JSX } from "preact";
import { formatShare } from "../../base/percent.ts";
import { inputsNames } from "../../data/randomization.ts";
import { formatCount } from "../../report/format.ts";
import type { DataItem, GridAnswer } from "../../web/api.ts";
import { setQuery } from "../location.ts";
import { Await, Empty } from "../parts/await.tsx";
import { Choice, Entry } from "../parts/fields.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { useResource } from "../resource.ts";

/** Examples in the grid. */
const COUNT = 40;

/** What becomes of the pixels. */
const INPUTS: Readonly<Record<(typeof inputsNames)[number], string>> = {
  true: "true pixels",
  shuffled: "shuffled: one permutation for all images",
  random: "random: a permutation for each image",
  gaussian: "Gaussian noise of the same mean and variance",
};

/** The page of the data. */
export function DataPage({ address }: { readonly address: URL }): JSX.Element {
  const items = useResource<readonly DataItem[]>("/api/data");
  return (
    <>
      <PageHead
        title="Data"
        under="The same examples as a network is given them: true, with labels redrawn, with pixels shuffled, random or noise."
      />
      <Await resource={items} what="the datasets">
        {(known) => <Chosen items={known} address={address} />}
      </Await>
    </>
  );
}

function Chosen({
  items,
  address,
}: {
  readonly items: readonly DataItem[];
  readonly address: URL;
}): JSX.Element {
  const now = (field: string): string => address.searchParams.get(field) ?? "";
  const chosen =
    items.find(({ name }) => name === now("dataset")) ?? items.find(({ isHere }) => isHere) ?? items[0];
  if (chosen === undefined) return <Empty>This server knows no dataset.</Empty>;
  const inputs = now("inputs") || "true";
  const corrupt = Math.min(1, Math.max(0, Number(now("corrupt")) || 0));
  const seed = now("seed") || "0";
  const soon = (field: string, unlessTold: string) => (value: string) =>
    setQuery({ [field]: value === unlessTold ? undefined : value }, { replace: true });
  return (
    <>
      <form class="fields views" onSubmit={(event) => event.preventDefault()}>
        <Choice
          label="Dataset"
          value={chosen.name}
          options={items.map(({ name, title, isHere }) => [name, isHere ? title : `${title} (not here)`])}
          onChange={(dataset) => setQuery({ dataset })}
        />
        <Choice
          label="Inputs"
          value={inputs}
          options={inputsNames.map((name) => [name, INPUTS[name]])}
          onChange={(value) => setQuery({ inputs: value === "true" ? undefined : value })}
        />
        <Entry
          label={`Labels redrawn: ${formatShare(corrupt)}`}
          type="range"
          min={0}
          max={1}
          step={0.05}
          value={String(corrupt)}
          onChange={soon("corrupt", "0")}
        />
        <Entry label="Seed" type="number" min={0} step={1} value={seed} onChange={soon("seed", "0")} />
      </form>
      <p class="soft">
        {chosen.train !== null && `${formatCount(chosen.train)} training examples, `}
        {chosen.test !== null && `${formatCount(chosen.test)} test examples, `}
        {chosen.classNames.length} classes.
      </p>
      {chosen.isHere ? (
        <Pictures
          path={`/api/data/${encodeURIComponent(chosen.name)}/grid?${new URLSearchParams({
            inputs,
            corrupt: String(corrupt),
            seed,
            count: String(COUNT),
          })}`}
        />
      ) : (
        <Empty>{chosen.hint ?? `${chosen.title} is not on this machine.`}</Empty>
      )}
    </>
  );
}

function Pictures({ path }: { readonly path: string }): JSX.Element {
  const grid = useResource<GridAnswer>(path);
  return (
    <Await resource={grid} what="the examples">
      {({ examples, touched }) => (
        <>
          <p>{touched}</p>
          <ul class={`pictures ${grid.isLoading ? "old" : ""}`}>
            {examples.map(({ index, image, label, trueLabel }) => (
              <li key={index}>
                <img src={image} alt={`Example ${index}, truly ${trueLabel}`} />
                <span class={label === trueLabel ? "" : "redrawn"}>
                  {label}
                  {label !== trueLabel && <s title="its true label">{trueLabel}</s>}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </Await>
  );
}
