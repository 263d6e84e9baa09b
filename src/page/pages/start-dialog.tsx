/**
 * @file Starts an experiment of the paper, or a grid of one's own; which one is in the address.
 */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type {
  CatalogAnswer,
  DataItem,
  LabAnswer,
  ModelAnswer,
  StartAnswer,
  StartRequest,
} from "../../web/api.ts";
import { postFile, postJson, sayError } from "../fetch-json.ts";
import { navigate, setQuery } from "../location.ts";
import { Dialog } from "../parts/ask.tsx";
import { Await } from "../parts/await.tsx";
import { Choice, Choices } from "../parts/fields.tsx";
import { NoWorker } from "../parts/no-worker.tsx";
import { useResource } from "../resource.ts";

/** What a scale means. */
const SCALES: Readonly<Record<string, string>> = {
  smoke: "smoke: a minute, shows that everything runs",
  small: "small: about twenty minutes on two cores",
  paper: "paper: all of CIFAR-10, as the paper did; days",
};

const MOST_SEEDS = 100;
/** Most training examples that are asked for. */
const MOST_EXAMPLES = 10_000_000;
/** What a grid of one's own is called in an address. */
const GRID = "grid";

/** The dialog. */
export function StartDialog({ asked }: { readonly asked: string }): JSX.Element {
  const catalog = useResource<CatalogAnswer>("/api/catalog");
  const lab = useResource<LabAnswer>("/api/lab");
  const close = (): void => setQuery({ start: undefined });
  return (
    <Dialog title="Start an experiment" onClose={close}>
      <Await resource={catalog} what="what can be started">
        {(known) => <StartForm catalog={known} asked={asked} close={close} />}
      </Await>
      {lab.data && <NoWorker lab={lab.data} />}
    </Dialog>
  );
}

/** What is asked of an experiment of the paper. */
interface Asked {
  readonly scale: string;
  readonly models: readonly string[];
  readonly file: ModelAnswer | null;
  /** Empty for the scale's. */
  readonly data: string;
  readonly n: number | undefined;
  readonly seeds: number;
}

/** The models asked for of those that an experiment has, and the one of a file. */
const pickedOf = (
  { models, anyModel }: CatalogAnswer["experiments"][number],
  { models: wanted, file }: Asked,
): string[] => [
  ...wanted.filter((model) => models.includes(model)),
  ...(anyModel && file?.isTrainable ? [`${file.identity}?size=free`] : []),
];

function StartForm({
  catalog,
  asked: name,
  close,
}: {
  readonly catalog: CatalogAnswer;
  readonly asked: string;
  readonly close: () => void;
}): JSX.Element {
  const { experiments, scales } = catalog;
  const chosen = experiments.find((one) => one.name === name) ?? experiments[0];
  const [asked, setAsked] = useState<Asked>({
    ...{ scale: scales[0] ?? "", models: [], file: null },
    ...{ data: "", n: undefined, seeds: 1 },
  });
  const [grid, setGrid] = useState<Grid | null>(null);
  const [priority, setPriority] = useState(0);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  if (chosen === undefined) return <p>This server has no experiment to start.</p>;
  const isGrid = name === GRID;
  const start = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      const request = isGrid ? { ...grid!, scale: asked.scale } : requestOf(chosen, asked);
      const { id } = await postJson<StartAnswer>("/api/experiments", { ...request, priority });
      navigate(`/experiments/${encodeURIComponent(id)}`, { replace: true });
    } catch (problem) {
      setError(sayError(problem));
      setBusy(false);
    }
  };
  return (
    <form
      class="start"
      onSubmit={(event) => {
        event.preventDefault();
        void start();
      }}
    >
      <Choice
        label="Experiment"
        value={isGrid ? GRID : chosen.name}
        options={[
          ...experiments.map((one) => [one.name, titleOf(one)] as const),
          [GRID, "A grid of your own, from an experiment file"],
        ]}
        onChange={(other) => setQuery({ start: other }, { replace: true })}
      />
      {isGrid ? (
        <GridFile grid={grid} onGrid={setGrid} />
      ) : (
        <PaperFields
          chosen={chosen}
          scales={scales}
          asked={asked}
          onChange={(change) => setAsked((before) => ({ ...before, ...change }))}
        />
      )}
      <NumberField
        label="Priority (more is sooner)"
        value={priority}
        min={-100}
        max={100}
        onChange={(value) => setPriority(value ?? 0)}
      />
      <p class="soft">Trials that this lab has already are not trained again.</p>
      {error && (
        <p class="bad" role="alert">
          {error}
        </p>
      )}
      <div class="buttons">
        <button type="button" onClick={close}>
          Cancel
        </button>
        <button type="submit" class="strong" disabled={isBusy || (isGrid && grid === null)}>
          {isBusy ? "Planning …" : "Start"}
        </button>
      </div>
    </form>
  );
}

const titleOf = ({ title, source }: CatalogAnswer["experiments"][number]): string =>
  source === null ? title : `${source}: ${title}`;

/** The request for an experiment of the paper. */
function requestOf(chosen: CatalogAnswer["experiments"][number], asked: Asked): StartRequest {
  const { scale, seeds, n, data } = asked;
  const models = pickedOf(chosen, asked);
  return {
    ...{ name: chosen.name, scale, seeds, n },
    ...(data === "" ? {} : { data }),
    ...(models.length > 0 ? { models } : {}),
  };
}

/** What can be asked of an experiment of the paper. */
function PaperFields({
  chosen,
  scales,
  asked,
  onChange,
}: {
  readonly chosen: CatalogAnswer["experiments"][number];
  readonly scales: readonly string[];
  readonly asked: Asked;
  readonly onChange: (change: Partial<Asked>) => void;
}): JSX.Element {
  const known = useResource<readonly DataItem[]>("/api/data");
  return (
    <>
      {chosen.question && <p class="question">{chosen.question}</p>}
      <Choice
        label="Scale"
        value={asked.scale}
        options={scales.map((one) => [one, SCALES[one] ?? one])}
        onChange={(scale) => onChange({ scale })}
      />
      {chosen.models.length > 1 && (
        <Choices
          label="Models, the quickest first (all of them unless some are chosen)"
          values={asked.models}
          options={chosen.models.map((model) => [model, model])}
          onChange={(models) => onChange({ models })}
        />
      )}
      {chosen.anyModel && <ModelFile answer={asked.file} onAnswer={(file) => onChange({ file })} />}
      <div class="pair">
        <Choice
          label="Data"
          value={asked.data}
          any="the scale’s"
          options={(known.data ?? []).filter(({ isHere }) => isHere).map(({ name }) => [name, name])}
          onChange={(data) => onChange({ data })}
        />
        <NumberField
          label="Training examples"
          value={asked.n}
          min={1}
          max={MOST_EXAMPLES}
          none="the scale’s"
          onChange={(n) => onChange({ n })}
        />
      </div>
      <NumberField
        label="Seeds"
        value={asked.seeds}
        min={1}
        max={MOST_SEEDS}
        onChange={(seeds) => onChange({ seeds: seeds ?? 1 })}
      />
    </>
  );
}

/** A model of one's own: an ONNX file, checked by the server as soon as it is chosen. */
function ModelFile({
  answer,
  onAnswer,
}: {
  readonly answer: ModelAnswer | null;
  readonly onAnswer: (answer: ModelAnswer | null) => void;
}): JSX.Element {
  const [error, setError] = useState<string | null>(null);
  const give = async (file: File | undefined): Promise<void> => {
    setError(null);
    onAnswer(null);
    if (!file) return;
    try {
      onAnswer(await postFile<ModelAnswer>("/api/models", file));
    } catch (problem) {
      setError(sayError(problem));
    }
  };
  return (
    <label class="field">
      <span>A model file (ONNX), given images of 28 × 28 as they are</span>
      <input
        type="file"
        accept=".onnx"
        onChange={({ currentTarget }) => void give(currentTarget.files?.[0])}
      />
      {error && (
        <span class="bad" role="alert">
          {error}
        </span>
      )}
      {answer && !answer.isTrainable && <span class="bad">It cannot be trained.</span>}
      {answer?.findings.map((finding) => (
        <span class="soft" key={finding}>
          {finding}
        </span>
      ))}
      {answer?.isTrainable && answer.findings.length === 0 && <span class="soft">It can be trained.</span>}
    </label>
  );
}

/** An experiment file that was chosen. */
interface Grid {
  readonly name: string;
  readonly grid: string;
}

/** A grid of one's own: an experiment file, which says models, data, sizes and seeds itself. */
const GridFile = ({
  grid,
  onGrid,
}: {
  readonly grid: Grid | null;
  readonly onGrid: (grid: Grid | null) => void;
}): JSX.Element => (
  <label class="field">
    <span>An experiment file (YAML or JSON) of models and data that have names here</span>
    <input
      type="file"
      accept=".yaml,.yml,.json"
      onChange={async ({ currentTarget: { files } }) => {
        const file = files?.[0];
        onGrid(file ? { name: nameOfFile(file.name), grid: await file.text() } : null);
      }}
    />
    {grid && (
      <span class="soft">
        {grid.grid.split("\n").length} lines; what is wrong with them is said when it is started.
      </span>
    )}
  </label>
);

/** A file's name without its end, in the letters that names of experiments have. */
const nameOfFile = (file: string): string =>
  file
    .replace(/\.[^.]*$/, "")
    .replaceAll(/[^\w.-]+/g, "-")
    .replace(/^[^a-z0-9]+/i, "") || GRID;

const NumberField = ({
  label,
  value,
  min,
  max,
  none,
  onChange,
}: {
  readonly label: string;
  readonly value: number | undefined;
  readonly min: number;
  readonly max: number;
  /** What an empty field means; undefined if it must be filled. */
  readonly none?: string;
  readonly onChange: (value: number | undefined) => void;
}): JSX.Element => (
  <label class="field">
    <span>{label}</span>
    <input
      type="number"
      required={none === undefined}
      placeholder={none}
      step={1}
      min={min}
      max={max}
      value={value}
      onInput={({ currentTarget }) => {
        if (currentTarget.value !== "") onChange(Number(currentTarget.value));
        else if (none !== undefined) onChange(undefined);
      }}
    />
  </label>
);
