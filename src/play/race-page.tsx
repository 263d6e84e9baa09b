/**
 * @file The race: what is set, a prediction, two networks side by side, what came out.
 */

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { go } from "./address.ts";
import { Controls } from "./controls.tsx";
import { Curves } from "./curves.tsx";
import { FirstLayers, FittedLast } from "./details.tsx";
import { Network } from "./network.tsx";
import { useKept } from "./offline.ts";
import { type Prediction, tellOutcome, tellPrediction } from "./outcome.ts";
import { Predict } from "./predict.tsx";
import { presetOf } from "./presets.ts";
import { isOver, type Race, Racing } from "./race.ts";
import { nameRight } from "./recipe.ts";
import type { PlayState } from "./state.ts";
import { TakeAway } from "./take-away.tsx";
import { LADDER, TimeToFit } from "./time-to-fit.tsx";
import { Presets, Tour } from "./tour.tsx";

const racing = new Racing();

/** The race as it stands, looked at again so many milliseconds after anything changed. */
function useRace(wait: number): Race {
  const [race, setRace] = useState(racing.race);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = racing.subscribe(() => {
      timer ??= setTimeout(() => {
        timer = undefined;
        setRace(racing.race);
      }, wait);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [wait]);
  return race;
}

/** Eyes follow curves at this pace, and pictures at that one. */
const SOON = 60;
const CALM = 500;

/** What is set without what only says how it is shown. */
const recipeKey = ({ tour: _, big: __, ...recipe }: PlayState): string => JSON.stringify(recipe);

/** The page. */
export function RacePage({ state }: { readonly state: PlayState }): JSX.Element {
  const race = useRace(SOON);
  const isKept = useKept();
  const [prediction, setPrediction] = useState<Prediction>();
  /** Values of p that are still to be raced. */
  const [ladder, setLadder] = useState<readonly number[]>([]);
  const key = recipeKey(state);
  useEffect(() => {
    setPrediction(undefined);
    racing.prepare(state);
    if (ladder[0] === state.p) {
      setLadder(ladder.slice(1));
      racing.run();
    } else setLadder([]);
  }, [key]);
  const isEnded = isOver(race.left) && isOver(race.right);
  const change = (changed: Partial<PlayState>): void =>
    go("race", { ...state, ...changed }, { replace: true });
  useEffect(() => {
    // What is shown may be older than what is.
    const { left, right } = racing.race;
    if (ladder.length > 0 && isOver(left) && isOver(right)) change({ p: ladder[0]! });
  }, [race, ladder]);
  const name = nameRight(state);
  const names = ["True labels", name] as const;
  const hasBegun = race.isRunning || race.left.rows.length > 0 || race.right.rows.length > 0;
  const tryAll = (): void => {
    const rest = LADDER.filter((p) => p !== state.p);
    setLadder(race.points.some(({ p }) => p === state.p) ? rest : [...rest, state.p]);
    if (!isEnded) racing.run();
  };
  return (
    <>
      {state.tour === 0 ? (
        <div class="head">
          <h1>Can a network learn labels that mean nothing?</h1>
          <Presets state={state} />
        </div>
      ) : (
        <Tour state={state} />
      )}
      <Controls state={state} race={race} racing={racing} change={change} />
      <div class="race">
        <Network side="left" title={names[0]} lane={race.left} />
        <div class="middle">
          <Came state={state} race={race} prediction={prediction} />
          {hasBegun ? (
            <Curves left={race.left} right={race.right} rightName={name} epochs={state.epochs} />
          ) : (
            <Predict
              key={key}
              subject={name}
              onPredict={(said) => {
                setPrediction(said);
                racing.run();
              }}
              onSkip={() => racing.run()}
            />
          )}
        </div>
        <Network side="right" title={names[1]} lane={race.right} />
      </div>
      <div class="below">
        <TimeToFit
          points={race.points}
          onTryAll={tryAll}
          isOff={race.isRunning || ladder.length > 0 || state.inputs !== "true"}
        />
        <Details names={names} />
        <TakeAway state={state} race={race} racing={racing} />
      </div>
      <footer>
        <span>{tellEngine(race)}</span>
        <span>
          Nothing leaves this machine.{isKept && " Kept in this browser: it works without a connection."}
        </span>
        <span>
          After Zhang, Bengio, Hardt, Recht and Vinyals, Understanding deep learning requires rethinking
          generalization, ICLR 2017.
        </span>
      </footer>
    </>
  );
}

/** What changes with every epoch and needs no hurry. */
function Details({ names }: { readonly names: readonly [string, string] }): JSX.Element {
  const race = useRace(CALM);
  return (
    <>
      <FittedLast race={race} names={names} />
      <FirstLayers race={race} names={names} />
    </>
  );
}

/** What the race came to. */
function Came({
  state,
  race: { left, right, verdict },
  prediction,
}: {
  readonly state: PlayState;
  readonly race: Race;
  readonly prediction: Prediction | undefined;
}): JSX.Element {
  const look = state.tour === 0 ? presetOf(state)?.look : undefined;
  const outcome = left.result && right.result && tellOutcome(state, left.result, right.result, verdict);
  return (
    <div class="came" role="status">
      {outcome && (
        <>
          <h2>{outcome.headline}</h2>
          {prediction && <p>{tellPrediction(prediction, right.result!)}</p>}
          {look && <p>{look}</p>}
          <p class="soft">{outcome.sentences.join(" ")}</p>
        </>
      )}
      {!outcome && prediction && (
        <p class="soft">
          You said: it will {prediction.fits ? "" : "not "}fit, and get {prediction.test} % right in the test.
        </p>
      )}
    </div>
  );
}

/** What computes, and why not faster. */
function tellEngine({ engine }: Race): string {
  if (!engine) return "The engine is loading.";
  const { provider, threads } = engine;
  if (provider !== "WebAssembly") return `${provider}, a worker a network`;
  const why = crossOriginIsolated ? "" : " (this page is not isolated, so threads cannot share memory)";
  return `${provider}, a worker a network, ${threads} ${threads === 1 ? "thread" : "threads"} each${why}`;
}
