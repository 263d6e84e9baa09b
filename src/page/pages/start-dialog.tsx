/**
 * @file Starts an experiment of the paper; which one is in the address.
 */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { CatalogAnswer, ModelAnswer, StartAnswer, StartRequest } from "../../web/api.ts";
import { postFile, postJson, sayError } from "../fetch-json.ts";
import { navigate, setQuery } from "../location.ts";
import { Dialog } from "../parts/ask.tsx";
import { Await } from "../parts/await.tsx";
import { Choice, Choices } from "../parts/fields.tsx";
import { useResource } from "../resource.ts";

/** What a scale means. */
const SCALES: Readonly<Record<string, string>> = {
  smoke: "smoke: a minute, shows that everything runs",
  small: "small: about twenty minutes on two cores",
  paper: "paper: all of CIFAR-10, as the paper did; days",
};

const MOST_SEEDS = 100;

/** The dialog. */
export function StartDialog({ asked }: { readonly asked: string }): JSX.Element {
  const catalog = useResource<CatalogAnswer>("/api/catalog");
  const close = (): void => setQuery({ start: undefined });
  return (
    <Dialog title="Start an experiment" onClose={close}>
      <Await resource={catalog} what="what can be started">
        {(known) => <StartForm catalog={known} asked={asked} close={close} />}
      </Await>
    </Dialog>
  );
}

function StartForm({
  catalog,
  asked,
  close,
}: {
  readonly catalog: CatalogAnswer;
  readonly asked: string;
  readonly close: () => void;
}): JSX.Element {
  const { experiments, scales } = catalog;
  const chosen = experiments.find(({ name }) => name === asked) ?? experiments[0];
  const [scale, setScale] = useState(scales.includes("smoke") ? "smoke" : (scales[0] ?? ""));
  const [models, setModels] = useState<readonly string[]>([]);
  const [seeds, setSeeds] = useState(1);
  const [priority, setPriority] = useState(0);
  const [file, setFile] = useState<ModelAnswer | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  if (chosen === undefined) return <p>This server has no experiment to start.</p>;
  const given = chosen.anyModel && file?.isTrainable ? [`${file.identity}?size=free`] : [];
  const picked = [...models.filter((model) => chosen.models.includes(model)), ...given];
  const start = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    const request: StartRequest = {
      name: chosen.name,
      scale,
      seeds,
      priority,
      ...(picked.length > 0 ? { models: picked } : {}),
    };
    try {
      const { id } = await postJson<StartAnswer>("/api/experiments", request);
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
        value={chosen.name}
        options={experiments.map(({ name, title, source }) => [
          name,
          source === null ? title : `${source}: ${title}`,
        ])}
        onChange={(name) => setQuery({ start: name }, { replace: true })}
      />
      {chosen.question && <p class="question">{chosen.question}</p>}
      <Choice
        label="Scale"
        value={scale}
        options={scales.map((one) => [one, SCALES[one] ?? one])}
        onChange={setScale}
      />
      {chosen.models.length > 1 && (
        <Choices
          label="Models (all of the experiment’s unless some are chosen)"
          values={picked}
          options={chosen.models.map((model) => [model, model])}
          onChange={setModels}
        />
      )}
      {chosen.anyModel && <ModelFile answer={file} onAnswer={setFile} />}
      <div class="pair">
        <NumberField label="Seeds" value={seeds} min={1} max={MOST_SEEDS} onChange={setSeeds} />
        <NumberField
          label="Priority (more is sooner)"
          value={priority}
          min={-100}
          max={100}
          onChange={setPriority}
        />
      </div>
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
        <button type="submit" class="strong" disabled={isBusy}>
          {isBusy ? "Planning …" : "Start"}
        </button>
      </div>
    </form>
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

const NumberField = ({
  label,
  value,
  min,
  max,
  onChange,
}: {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly onChange: (value: number) => void;
}): JSX.Element => (
  <label class="field">
    <span>{label}</span>
    <input
      type="number"
      required
      step={1}
      min={min}
      max={max}
      value={value}
      onInput={({ currentTarget }) => {
        if (currentTarget.value !== "") onChange(Number(currentTarget.value));
      }}
    />
  </label>
);
