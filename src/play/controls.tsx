/**
 * @file What can be set, and how the race is run.
 */

import type { JSX } from "preact";
import { Choice, Entry } from "../page/parts/fields.tsx";
import { Chooser, OwnDataPanel } from "./own-data/panel.tsx";
import { PercentSlider } from "./percent-slider.tsx";
import { isOver, type Race, type Racing, SPEEDS } from "./race.ts";
import { MOST, type ModelSizes, modelOf, type PlayState, SIZES, sizesOf } from "./state.ts";

type Change = (changed: Partial<PlayState>) => void;

interface Props {
  readonly state: PlayState;
  readonly race: Race;
  readonly racing: Racing;
  readonly change: Change;
}

/** All controls of the race. */
export function Controls(props: Props): JSX.Element {
  const { state, change, racing } = props;
  return (
    <section class="controls" aria-label="What is trained">
      <Transport {...props} />
      <div class="fields">
        <Choice
          label="Pictures"
          value={state.data}
          options={[
            ["digits", "Handwritten digits"],
            ["shapes", "Drawn shapes"],
            ["own", "Your own …"],
          ]}
          onChange={(data) =>
            change({ data: data as PlayState["data"], n: SIZES[data as PlayState["data"]].usual })
          }
        />
        <ModelFields state={state} racing={racing} change={change} />
        <Choice
          label="Inputs, right"
          value={state.inputs}
          options={[
            ["true", "True pixels"],
            ["shuffled", "Shuffled pixels"],
            ["random", "Random pixels"],
            ["gaussian", "Gaussian noise"],
          ]}
          onChange={(inputs) => change({ inputs: inputs as PlayState["inputs"] })}
        />
      </div>
      {state.data === "own" && (
        <OwnDataPanel
          onRead={({ examples, n }) => {
            racing.give({ examples });
            // Another number of examples is another race by itself.
            if (n === state.n) racing.prepare(state);
            else change({ n });
          }}
        />
      )}
      <Slider state={state} change={change} />
      <Recipe state={state} change={change} />
    </section>
  );
}

function Transport({ state, race, racing }: Props): JSX.Element {
  const epoch = Math.max(race.left.rows.length, race.right.rows.length);
  const isEnded = isOver(race.left) && isOver(race.right);
  return (
    <div class="transport">
      <button
        type="button"
        class="strong go"
        onClick={() => {
          if (isEnded) racing.prepare(state);
          if (race.isRunning) racing.pause();
          else racing.run();
        }}
      >
        {race.isRunning ? "Pause" : epoch === 0 ? "Start" : isEnded ? "Race again" : "Go on"}
      </button>
      <button type="button" disabled={race.isRunning || isEnded} onClick={() => racing.step()}>
        Step
      </button>
      <button type="button" onClick={() => racing.prepare(state)}>
        Reset
      </button>
      <Choice
        label="Speed"
        value={race.speed}
        options={(Object.keys(SPEEDS) as Race["speed"][]).map((speed) => [speed, speed] as const)}
        onChange={(speed) => racing.setSpeed(speed as Race["speed"])}
      />
      <span class="epoch">
        Epoch <b>{epoch}</b>
      </span>
    </div>
  );
}

/** The one slider: from true to random labels. */
function Slider({ state: { p, inputs }, change }: Pick<Props, "state" | "change">): JSX.Element {
  const isOff = inputs !== "true";
  return (
    <PercentSlider
      kind="slider"
      label={
        <>
          Random labels, right: <b>{isOff ? "none" : `${p} %`}</b>{" "}
          {isOff && <span class="soft">labels stay true while inputs are randomized</span>}
        </>
      }
      value={isOff ? 0 : p}
      disabled={isOff}
      aria-valuetext={`${p} % of the labels are redrawn`}
      onChange={(value) => change({ p: value })}
      below={
        <span class="ends" aria-hidden="true">
          <span>true labels</span>
          <span>labels drawn by lot</span>
        </span>
      }
    />
  );
}

const WIDTHS = { mlp: [8, 32, 64, 128, 256, 512, 1024, 2048], cnn: [4, 8, 16, 32, 64] } as const;

function ModelFields({ state, racing, change }: Pick<Props, "state" | "racing" | "change">): JSX.Element {
  const sizes = sizesOf(state.model)!;
  const set = (changed: Partial<ModelSizes>): void => change({ model: modelOf({ ...sizes, ...changed }) });
  const usual = {
    linear: { depth: 0, width: 0 },
    mlp: { depth: 1, width: 512 },
    cnn: { depth: 2, width: 16 },
    file: { depth: 0, width: 0 },
  };
  return (
    <>
      <Choice
        label="Network"
        value={sizes.kind}
        options={[
          ["linear", "Linear"],
          ["mlp", "MLP"],
          ["cnn", "Convolutional"],
          ["file", "An ONNX file …"],
        ]}
        onChange={(kind) => set({ kind: kind as ModelSizes["kind"], ...usual[kind as ModelSizes["kind"]] })}
      />
      {sizes.kind === "file" && (
        <Chooser
          label="Choose an ONNX file"
          accept=".onnx"
          take={async ([{ file, path }]) => {
            racing.give({ model: { name: path, bytes: new Uint8Array(await file.arrayBuffer()) } });
            racing.prepare(state);
          }}
        />
      )}
      {(sizes.kind === "mlp" || sizes.kind === "cnn") && (
        <>
          <Choice
            label={sizes.kind === "mlp" ? "Layers" : "Convolutions"}
            value={String(sizes.depth)}
            options={Array.from(
              { length: MOST[sizes.kind].depth },
              (_, at) => [`${at + 1}`, `${at + 1}`] as const,
            )}
            onChange={(depth) => set({ depth: Number(depth) })}
          />
          <Choice
            label={sizes.kind === "mlp" ? "Units" : "Filters"}
            value={String(sizes.width)}
            options={WIDTHS[sizes.kind].map((width) => [String(width), String(width)] as const)}
            onChange={(width) => set({ width: Number(width) })}
          />
        </>
      )}
    </>
  );
}

/** Everything else about training. */
function Recipe({ state, change }: Pick<Props, "state" | "change">): JSX.Element {
  const numbers = (
    [
      ["rate", "Learning rate", { min: 0.0001, step: 0.01 }],
      ["decay", "Weight decay", { min: 0, max: 1, step: 0.001 }],
      ["dropout", "Dropout", { min: 0, max: 0.9, step: 0.1 }],
      ["n", "Training images", { min: 20, max: SIZES[state.data].most, step: 1 }],
      ["epochs", "Most epochs", { min: 1, max: 2000, step: 1 }],
      ["seed", "Seed", { min: 0, step: 1 }],
    ] as const
  ).map(([name, label, limits]) => (
    <Entry
      key={name}
      type="number"
      label={label}
      value={String(state[name])}
      {...limits}
      onChange={(text) => text.trim() !== "" && change({ [name]: Number(text) })}
    />
  ));
  return (
    <details class="recipe">
      <summary>Recipe and regularizers</summary>
      <div class="fields">
        <Choice
          label="Optimizer"
          value={state.optimizer}
          options={[
            ["sgd", "SGD, momentum 0.9"],
            ["adam", "Adam"],
          ]}
          onChange={(optimizer) =>
            change({
              optimizer: optimizer as PlayState["optimizer"],
              rate: optimizer === "adam" ? 0.001 : 0.1,
            })
          }
        />
        <Choice
          label="Augmentation"
          value={state.augment}
          options={[
            ["none", "None"],
            ["flip", "Flip"],
            ["rotate", "Rotate up to 15°"],
          ]}
          onChange={(augment) => change({ augment: augment as PlayState["augment"] })}
        />
        {numbers}
        {/* Only where there may be a graphics card; an address may ask for it anywhere, and hears why not. */}
        {("gpu" in navigator || state.device === "webgpu") && (
          <Choice
            label="Computed by"
            value={state.device}
            options={[
              ["wasm", "the processor"],
              ["webgpu", "the graphics card"],
            ]}
            onChange={(device) => change({ device: device as PlayState["device"] })}
          />
        )}
      </div>
    </details>
  );
}
