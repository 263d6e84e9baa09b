/**
 * @file What is expected of the right network, to be said before its curve is seen.
 */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Prediction } from "./outcome.ts";
import { PercentSlider } from "./percent-slider.tsx";

/** The question; answering it starts the race. */
export function Predict({
  subject,
  onPredict,
  onSkip,
}: {
  readonly subject: string;
  readonly onPredict: (prediction: Prediction) => void;
  readonly onSkip: () => void;
}): JSX.Element {
  const [fits, setFits] = useState<boolean>();
  const [test, setTest] = useState(50);
  return (
    <form
      class="predict"
      onSubmit={(event) => {
        event.preventDefault();
        if (fits !== undefined) onPredict({ fits, test });
      }}
    >
      <h2>What do you expect?</h2>
      <fieldset>
        <legend>
          Both networks and recipes are the same. The right one has <b>{subject.toLowerCase()}</b>. Will it
          fit all its training labels?
        </legend>
        {([true, false] as const).map((answer) => (
          <label key={String(answer)}>
            <input type="radio" name="fits" checked={fits === answer} onChange={() => setFits(answer)} />{" "}
            {answer ? "Yes" : "No"}
          </label>
        ))}
      </fieldset>
      <PercentSlider
        kind="guess"
        label={
          <>
            How many images it has not seen will it get right? <b>{test} %</b>
          </>
        }
        value={test}
        onChange={setTest}
      />
      <div class="actions">
        <button type="submit" class="strong" disabled={fits === undefined}>
          See what happens
        </button>
        <button type="button" class="plain" onClick={onSkip}>
          Start without a guess
        </button>
      </div>
    </form>
  );
}
