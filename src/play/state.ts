/**
 * @file What is set in the playground: plain values, which are the address of the page after its `#`, so that whoever
 * is sent the address sees the same.
 */

import type { InputsName } from "../data/randomization.ts";

/** The pages there are, by what the address calls them. */
export const PAGES = {
  race: "Race",
  "theorem-1": "Theorem 1",
  "minimum-norm": "Minimum norm",
  "double-descent": "Double descent",
} as const;

export type PageName = keyof typeof PAGES;

/** Where networks are trained: by the processor, or on the graphics card. */
export type PlayDevice = "wasm" | "webgpu";

/** Everything that decides what the race is, and how it is shown. */
export interface PlayState {
  readonly data: "digits" | "shapes" | "own";
  /** Training examples. */
  readonly n: number;
  /** Name of a model: `linear`, `mlp-2x64`, `cnn-2x16`. */
  readonly model: string;
  /** How the right network's inputs are randomized; its labels stay true then, as in the paper. */
  readonly inputs: InputsName;
  /** Probability that a label of the right network is redrawn, in hundredths: 0 to 100. */
  readonly p: number;
  readonly optimizer: "sgd" | "adam";
  readonly rate: number;
  /** Coefficient of the L2 penalty. */
  readonly decay: number;
  /** Probability that a hidden unit is dropped. */
  readonly dropout: number;
  readonly augment: "none" | "flip" | "rotate";
  /** Most epochs. */
  readonly epochs: number;
  readonly seed: number;
  readonly device: PlayDevice;
  /** The step of the guided tour, from 1; 0 for none. */
  readonly tour: number;
  /** Large type, for a projector. */
  readonly big: boolean;
  /** What a page besides the race shows, as it writes it itself; other pages do not know it. */
  readonly view: string;
}

export const DEFAULTS: PlayState = {
  data: "digits",
  n: 1287,
  model: "mlp-1x512",
  inputs: "true",
  p: 100,
  optimizer: "sgd",
  rate: 0.1,
  decay: 0,
  dropout: 0,
  augment: "none",
  epochs: 200,
  seed: 0,
  device: "wasm",
  tour: 0,
  big: false,
  view: "",
};

/** Most training examples, and those taken unless told. */
export const SIZES = {
  digits: { most: 1287, usual: 1287 },
  shapes: { most: 4000, usual: 1000 },
  // Of one's own there are as many as were kept.
  own: { most: 10_000, usual: 10_000 },
} as const;

/** Sizes of a network. */
export interface ModelSizes {
  readonly kind: "linear" | "mlp" | "cnn" | "file";
  /** Hidden layers, or convolutions. */
  readonly depth: number;
  /** Units, or filters, of each. */
  readonly width: number;
}

/** Largest sizes that train at a speed one can watch. */
export const MOST = { mlp: { depth: 5, width: 2048 }, cnn: { depth: 3, width: 64 } } as const;

/** The sizes that a model's name says; undefined if it is none of the playground's. */
export function sizesOf(model: string): ModelSizes | undefined {
  if (model === "linear" || model === "file") return { kind: model, depth: 0, width: 0 };
  const [, kind, depth, width] = /^(mlp|cnn)-([1-9])x([1-9]\d{0,3})$/.exec(model) ?? [];
  if (kind !== "mlp" && kind !== "cnn") return undefined;
  const sizes = { kind, depth: Number(depth), width: Number(width) } as const;
  return sizes.depth <= MOST[kind].depth && sizes.width <= MOST[kind].width ? sizes : undefined;
}

/** The name of a model of some sizes. */
export const modelOf = ({ kind, depth, width }: ModelSizes): string =>
  kind === "linear" || kind === "file" ? kind : `${kind}-${depth}x${width}`;

/** Reads a value from the address; undefined if it is none. */
type Read<K extends keyof PlayState> = (text: string) => PlayState[K] | undefined;

const oneOf =
  <T extends string>(...names: readonly T[]) =>
  (text: string): T | undefined =>
    names.find((name) => name === text);

const number =
  (low: number, high: number, isWhole = false) =>
  (text: string): number | undefined => {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    return value >= low && value <= high && (!isWhole || Number.isInteger(value)) ? value : undefined;
  };

const FIELDS: { readonly [K in keyof PlayState]: readonly [Read<K>, expected: string] } = {
  data: [oneOf("digits", "shapes", "own"), "digits, shapes or own"],
  n: [number(1, SIZES.own.most, true), `a whole number from 1 to ${SIZES.own.most}`],
  model: [
    (text) => (sizesOf(text) ? text : undefined),
    `linear, file, mlp-<layers>x<units> (up to ${MOST.mlp.depth}x${MOST.mlp.width}) or cnn-<convolutions>x<filters> (up to ${MOST.cnn.depth}x${MOST.cnn.width})`,
  ],
  inputs: [oneOf("true", "shuffled", "random", "gaussian"), "true, shuffled, random or gaussian"],
  p: [number(0, 100, true), "a whole number from 0 to 100, in percent"],
  optimizer: [oneOf("sgd", "adam"), "sgd or adam"],
  rate: [number(1e-6, 10), "a number from 0.000001 to 10"],
  decay: [number(0, 1), "a number from 0 to 1"],
  dropout: [number(0, 0.9), "a number from 0 to 0.9"],
  augment: [oneOf("none", "flip", "rotate"), "none, flip or rotate"],
  epochs: [number(1, 2000, true), "a whole number from 1 to 2000"],
  seed: [number(0, 999_999, true), "a whole number from 0 to 999999"],
  device: [oneOf("wasm", "webgpu"), "wasm or webgpu"],
  tour: [number(0, 6, true), "a step from 1 to 6"],
  big: [(text) => (text === "1" ? true : undefined), "1"],
  view: [
    (text) => (/^[\w~.,:;-]{0,2000}$/.test(text) ? text : undefined),
    "at most 2000 letters, digits and signs",
  ],
};

/** What an address says, and what of it was nothing that can be set. */
export interface ReadAddress {
  readonly page: PageName;
  readonly state: PlayState;
  /** What was left out, a sentence each. */
  readonly complaints: readonly string[];
}

/** Longest part of a complaint that is somebody's text. */
const LONGEST = 40;
const quote = (text: string): string => `“${text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text}”`;

/** Read the address after its `#`: `/race?p=40&model=mlp-2x64`; what is not told is as usual. */
export function readHash(hash: string): ReadAddress {
  const [path = "", query = ""] = hash.replace(/^#/, "").split("?", 2);
  const complaints: string[] = [];
  const name = path.replace(/^\//, "");
  const isPage = name in PAGES && Object.hasOwn(PAGES, name);
  if (name !== "" && !isPage) complaints.push(`There is no page ${quote(name)}; this is the race.`);
  const told: Partial<Record<keyof PlayState, unknown>> = {};
  for (const [key, text] of new URLSearchParams(query)) {
    if (!Object.hasOwn(FIELDS, key)) {
      complaints.push(`Nothing is called ${quote(key)} here.`);
      continue;
    }
    const [read, expected] = FIELDS[key as keyof PlayState];
    const value = read(text);
    if (value === undefined) {
      complaints.push(`${key}: expected ${expected}, got ${quote(text)}; it is as usual.`);
    } else told[key as keyof PlayState] = value;
  }
  const state = { ...DEFAULTS, ...told } as PlayState;
  const { most, usual } = SIZES[state.data];
  if (told.n === undefined)
    return { page: isPage ? (name as PageName) : "race", state: { ...state, n: usual }, complaints };
  if (state.n > most)
    complaints.push(`n: ${state.data} has at most ${most} training examples; all are taken.`);
  return {
    page: isPage ? (name as PageName) : "race",
    state: { ...state, n: Math.min(most, state.n) },
    complaints,
  };
}

/** The address of a page and what is set, without what is as usual. */
export function writeHash(page: PageName, state: PlayState): string {
  const usual = { ...DEFAULTS, n: SIZES[state.data].usual };
  const told = (Object.keys(DEFAULTS) as (keyof PlayState)[]).filter((key) => state[key] !== usual[key]);
  const query = told.map((key) => `${key}=${state[key] === true ? "1" : state[key]}`).join("&");
  return `#/${page}${query === "" ? "" : `?${query}`}`;
}
