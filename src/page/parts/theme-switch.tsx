/**
 * @file The choice between light and dark.
 */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { chooseTheme, readTheme, themes } from "../theme.ts";

/** A choice of a theme, which is remembered. */
export function ThemeSwitch(): JSX.Element {
  const [theme, setTheme] = useState(readTheme);
  return (
    <label class="theme">
      <span class="unseen">Theme</span>
      <select
        value={theme}
        onChange={({ currentTarget }) => {
          const chosen = themes.find((one) => one === currentTarget.value) ?? "system";
          chooseTheme(chosen);
          setTheme(chosen);
        }}
      >
        <option value="system">Auto</option>
        <option value="light">Light</option>
        <option value="dark">Dark</option>
      </select>
    </label>
  );
}
