/**
 * @file From what is set to what the engine trains, and to the command that trains the same.
 */

import type { InputsName } from "../data/randomization.ts";
import type { Recipe } from "../train/recipe.ts";
import type { PlayDevice, PlayState } from "./state.ts";

/** Which of the two networks: the left one has true labels and inputs. */
export type Side = "left" | "right";

/** Everything that a worker needs to know of a trial. */
export interface TrialRequest {
  readonly data: PlayState["data"];
  readonly n: number;
  readonly testN: number;
  readonly model: string;
  readonly inputs: InputsName;
  /** In `[0, 1]`. */
  readonly corrupt: number;
  /** What of the recipe is not the paper's. */
  readonly recipe: Partial<Recipe>;
  readonly seed: number;
  /** Where it is computed, which changes nothing but rounding. */
  readonly device: PlayDevice;
}

/** Test examples: all of the digits, and enough shapes for an accuracy within a few percent. */
const TEST = { digits: 510, shapes: 500, own: 10_000 } as const;

/** Degrees of a random rotation, either way. */
const ROTATION = 15;

/** The trial of a side; labels stay true where inputs are randomized, as in the paper. */
export function trialOf(state: PlayState, side: Side): TrialRequest {
  const { data, n, model, optimizer, rate, decay, dropout, augment, epochs, seed, device } = state;
  const isRight = side === "right";
  return {
    data,
    n,
    testN: TEST[data],
    model,
    inputs: isRight ? state.inputs : "true",
    corrupt: isRight && state.inputs === "true" ? state.p / 100 : 0,
    recipe: {
      optimizer,
      learningRate: rate,
      weightDecay: decay,
      dropout,
      augment: { crop: false, flip: augment === "flip", rotation: augment === "rotate" ? ROTATION : 0 },
      epochs,
    },
    seed,
    device,
  };
}

/** Options of the command line, only where they are not what it does unless told. */
function optionsOf(state: PlayState): readonly (readonly [flag: string, value: string | undefined])[] {
  const { data, n, model, inputs, p, optimizer, rate, decay, dropout, augment, epochs, seed } = state;
  const isAll = data === "digits" && n === 1287;
  return [
    ["--data", data === "own" ? "YOUR-DATA" : data],
    ["--n", isAll ? undefined : String(n)],
    ["--test-n", data !== "shapes" ? undefined : String(TEST[data])],
    ["--model", model === "file" ? "YOUR-MODEL.onnx" : model],
    ["--inputs", inputs === "true" ? undefined : `true,${inputs}`],
    ["--corrupt", inputs === "true" ? (p === 0 ? "0" : `0,${p / 100}`) : "0"],
    ["--optimizer", optimizer === "sgd" ? undefined : optimizer],
    ["--lr", String(rate)],
    ["--weight-decay", decay === 0 ? undefined : String(decay)],
    ["--dropout", dropout === 0 ? undefined : String(dropout)],
    ["--augment", { none: undefined, flip: "flip", rotate: `rotate:${ROTATION}` }[augment]],
    ["--epochs", String(epochs)],
    ["--seed", String(seed)],
    // The race is what it is: no other try where labels were not fitted.
    ["--escalations", "0"],
  ];
}

/** The command that trains both networks, to the same numbers but for rounding. */
export const commandOf = (state: PlayState): string =>
  [
    "shatter test",
    ...optionsOf(state).flatMap(([flag, value]) => (value === undefined ? [] : [`${flag} ${value}`])),
  ].join(" ");

/** What the right network is trained on, in few words. */
export function nameRight({ inputs, p }: Pick<PlayState, "inputs" | "p">): string {
  if (inputs !== "true")
    return { shuffled: "Shuffled pixels", random: "Random pixels", gaussian: "Gaussian noise" }[inputs];
  return p === 0 ? "True labels, again" : p === 100 ? "Random labels" : `${p} % random labels`;
}
