/**
 * @file Controls that say how a page shows what it shows; their values are in the address.
 */

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

/** A choice of one; the empty value is none. */
export function Choice({
  label,
  value,
  options,
  any,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [value: string, label: string])[];
  /** What no choice is called; undefined if there must be one. */
  readonly any?: string;
  readonly onChange: (value: string) => void;
}): JSX.Element {
  // An address may ask for what is not there any more.
  const isKnown = value === "" || options.some(([option]) => option === value);
  return (
    <label class="field">
      <span>{label}</span>
      <select value={value} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
        {any !== undefined && <option value="">{any}</option>}
        {!isKnown && <option value={value}>{value}</option>}
        {options.map(([option, title]) => (
          <option key={option} value={option}>
            {title}
          </option>
        ))}
      </select>
    </label>
  );
}

/** A choice of any number of few. */
export function Choices({
  label,
  values,
  options,
  onChange,
}: {
  readonly label: string;
  readonly values: readonly string[];
  readonly options: readonly (readonly [value: string, label: string])[];
  readonly onChange: (values: readonly string[]) => void;
}): JSX.Element {
  return (
    <fieldset class="choices">
      <legend>{label}</legend>
      {options.map(([option, title]) => (
        <label key={option}>
          <input
            type="checkbox"
            checked={values.includes(option)}
            onChange={({ currentTarget: { checked } }) =>
              onChange(
                options
                  .map(([one]) => one)
                  .filter((one) => (one === option ? checked : values.includes(one))),
              )
            }
          />
          <span>{title}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** Milliseconds after the last change at which it counts. */
const PAUSE = 180;

/** A field to write in, or a slider; it speaks when its user pauses. */
export function Entry({
  label,
  value,
  type,
  onChange,
  ...limits
}: {
  readonly label: string;
  readonly value: string;
  readonly type: "search" | "number" | "range";
  readonly onChange: (value: string) => void;
  readonly min?: number;
  readonly max?: number;
  readonly step?: number;
  readonly placeholder?: string;
}): JSX.Element {
  const [draft, setDraft] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>();
  useEffect(() => setDraft(value), [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <label class={`field ${type}`}>
      <span>{label}</span>
      <input
        type={type}
        value={draft}
        {...limits}
        onInput={({ currentTarget }) => {
          const text = currentTarget.value;
          setDraft(text);
          clearTimeout(timer.current);
          timer.current = setTimeout(() => onChange(text), PAUSE);
        }}
      />
    </label>
  );
}
