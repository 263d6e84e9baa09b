/**
 * @file What can be taken away: the address, the command, figures, a card, the trained networks.
 */

import { Fragment, type JSX } from "preact";
import { useState } from "preact/hooks";
import { type Download, Downloads, textFile } from "../page/parts/downloads.tsx";
import { pictureOf } from "../page/picture.ts";
import { cardSvg } from "./card.ts";
import { tellOutcome } from "./outcome.ts";
import { type Race, type Racing, SIDES } from "./race.ts";
import { commandOf, nameRight } from "./recipe.ts";
import { type PlayState, writeHash } from "./state.ts";

interface Props {
  readonly state: PlayState;
  readonly race: Race;
  readonly racing: Racing;
}

/** Text with a button that copies it. */
function Copied({ label, text }: { readonly label: string; readonly text: string }): JSX.Element {
  const [said, setSaid] = useState("Copy");
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(
      () => setSaid("Copied"),
      () => setSaid("Select it to copy"),
    );
  };
  return (
    <div class="copied">
      <span class="soft">{label}</span>
      <code>
        {text.split(" --").map((part, at) => (
          <Fragment key={part}>
            {at > 0 && " "}
            <span>{at === 0 ? part : `--${part}`}</span>
          </Fragment>
        ))}
      </code>
      <button type="button" class="plain" onClick={copy} aria-label={`Copy: ${label}`}>
        {said}
      </button>
    </div>
  );
}

const figures = () => import("./figures.ts");

/** Curves so far, as SVG and PNG. */
function figureFiles({ state, race }: Props): Download[] {
  const svg = async (name: "accuracy" | "loss" | "time-to-fit"): Promise<string> =>
    (await figures()).figureSvg(name, race, nameRight(state), commandOf(state));
  const names = ["accuracy", "loss", ...(race.points.length > 2 ? (["time-to-fit"] as const) : [])] as const;
  return names.flatMap((name) => [
    { name: `${name}.svg`, label: `${name} SVG`, from: textFile(() => svg(name), "image/svg+xml") },
    { name: `${name}.png`, label: "PNG", from: async () => await pictureOf(await svg(name)) },
  ]);
}

/** The card, once both have ended. */
function cardFile({ state, race }: Props): Download[] {
  const { left, right, verdict } = race;
  if (!left.result || !right.result) return [];
  // Only when it is asked for: a number in words of a language takes a browser 30 ms the first time.
  const draw = (): string => {
    const { headline } = tellOutcome(state, left.result!, right.result!, verdict);
    const under = `${state.data}, ${state.n.toLocaleString("en-US")} images, ${state.model}, seed ${state.seed} · Shatter playground, after Zhang et al., 2017`;
    return cardSvg(headline, under, left, right, nameRight(state));
  };
  return [{ name: "card.png", label: "card PNG", from: () => pictureOf(draw()) }];
}

/** The trained networks and the specs of their trials, once they have ended. */
function networkFiles({ race, racing }: Props): Download[] {
  return SIDES.flatMap((side): Download[] => {
    const { spec, id } = race[side];
    if (!spec) return [];
    const bytes = (kind: "onnx" | "safetensors") => async () =>
      new Blob([(await racing.files(side))[kind] as Uint8Array<ArrayBuffer>], {
        type: "application/octet-stream",
      });
    return [
      { name: `${id}.onnx`, label: `${side} ONNX`, from: bytes("onnx") },
      { name: `${id}.safetensors`, label: "safetensors", from: bytes("safetensors") },
      {
        name: `${id}.json`,
        label: "spec",
        from: textFile(() => `${JSON.stringify(spec, null, 2)}\n`, "application/json"),
      },
    ];
  });
}

/** Everything to take away. */
export function TakeAway(props: Props): JSX.Element {
  const { state } = props;
  const address = new URL(writeHash("race", { ...state, tour: 0 }), location.href).href;
  return (
    <section class="take-away">
      <h2>Take it away</h2>
      <Copied label="This page as it is set" text={address} />
      <Copied label="The same on the command line" text={commandOf(state)} />
      <Downloads of="Figures of the race" files={[...figureFiles(props), ...cardFile(props)]} />
      <Downloads of="Trained networks" files={networkFiles(props)} />
      <p class="soft">
        The command trains the same two networks on your processor: losses agree to about five digits, as sums
        have another order there.
      </p>
    </section>
  );
}
