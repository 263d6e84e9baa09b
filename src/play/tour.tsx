/**
 * @file The guided tour, a step at a time, and the presets.
 */

import type { JSX } from "preact";
import { go } from "./address.ts";
import { PRESETS, presetOf, presetState, TOUR } from "./presets.ts";
import type { PlayState } from "./state.ts";

/** The step of the tour that the address says. */
export function Tour({ state }: { readonly state: PlayState }): JSX.Element | null {
  const step = TOUR[state.tour - 1];
  if (!step) return null;
  const open = (number: number): void => {
    const next = TOUR[number - 1];
    go("race", next ? presetState(next, state, number) : { ...state, tour: 0 });
  };
  return (
    <aside class="tour" aria-label="Guided tour">
      <p class="over">
        Tour, step {state.tour} of {TOUR.length}
      </p>
      <h1>{step.claim}</h1>
      <p>{step.look}</p>
      <div class="actions">
        {state.tour > 1 && (
          <button type="button" onClick={() => open(state.tour - 1)}>
            Back
          </button>
        )}
        <button type="button" onClick={() => open(state.tour + 1)}>
          {state.tour < TOUR.length ? "Next claim" : "End of the tour"}
        </button>
        {state.tour < TOUR.length && (
          <button type="button" class="plain" onClick={() => open(0)}>
            Leave the tour
          </button>
        )}
      </div>
    </aside>
  );
}

/** The way into the tour, and all presets. */
export function Presets({ state }: { readonly state: PlayState }): JSX.Element {
  const chosen = presetOf(state);
  return (
    <div class="presets">
      <label class="field">
        <span>Preset</span>
        <select
          value={chosen?.name ?? ""}
          onChange={({ currentTarget }) => {
            const preset = [...PRESETS.claims, ...PRESETS.failures].find(
              ({ name }) => name === currentTarget.value,
            );
            if (preset) go("race", presetState(preset, state));
          }}
        >
          {!chosen && <option value="">As set below</option>}
          <optgroup label="A claim each">
            {PRESETS.claims.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </optgroup>
          <optgroup label="Made to fail">
            {PRESETS.failures.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </optgroup>
        </select>
      </label>
      <button type="button" onClick={() => go("race", presetState(TOUR[0]!, state, 1))}>
        Take the tour
      </button>
    </div>
  );
}
