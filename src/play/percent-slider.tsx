/**
 * @file A slider from 0 to 100 percent, which speaks while it is moved.
 */

import type { ComponentChildren, JSX } from "preact";

/** The slider with its label, and what stands below it. */
export const PercentSlider = ({
  kind,
  label,
  below,
  onChange,
  ...input
}: {
  /** Class of the whole. */
  readonly kind: string;
  readonly label: ComponentChildren;
  readonly below?: ComponentChildren;
  readonly value: number;
  readonly onChange: (value: number) => void;
  readonly disabled?: boolean;
  readonly "aria-valuetext"?: string;
}): JSX.Element => (
  <label class={kind}>
    <span>{label}</span>
    <input
      type="range"
      min={0}
      max={100}
      step={5}
      {...input}
      onInput={({ currentTarget }) => onChange(Number(currentTarget.value))}
    />
    {below}
  </label>
);
