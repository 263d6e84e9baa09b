/**
 * @file The race: what is set, two networks side by side, their curves.
 */

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { go } from "./address.ts";
import { Controls } from "./controls.tsx";
import { Curves } from "./curves.tsx";
import { Network } from "./network.tsx";
import { Racing } from "./race.ts";
import { nameRight } from "./recipe.ts";
import type { PlayState } from "./state.ts";

const racing = new Racing();

/** The race as it stands, at most once a frame. */
function useRace(): Racing["race"] {
  const [race, setRace] = useState(racing.race);
  useEffect(() => {
    let frame = 0;
    const stop = racing.subscribe(() => {
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        setRace(racing.race);
      });
    });
    return () => {
      stop();
      cancelAnimationFrame(frame);
    };
  }, []);
  return race;
}

/** What is set without what only says how it is shown. */
const recipeKey = ({ tour: _, big: __, ...recipe }: PlayState): string => JSON.stringify(recipe);

/** The page. */
export function RacePage({ state }: { readonly state: PlayState }): JSX.Element {
  const race = useRace();
  const key = recipeKey(state);
  useEffect(() => racing.prepare(state), [key]);
  const change = (changed: Partial<PlayState>): void =>
    go("race", { ...state, ...changed }, { replace: true });
  return (
    <>
      <h1>Can a network learn labels that mean nothing?</h1>
      <Controls state={state} race={race} racing={racing} change={change} />
      <div class="race">
        <Network side="left" title="True labels" lane={race.left} />
        <Curves left={race.left} right={race.right} rightName={nameRight(state)} epochs={state.epochs} />
        <Network side="right" title={nameRight(state)} lane={race.right} />
      </div>
    </>
  );
}
