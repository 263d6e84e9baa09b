/**
 * @file Light or dark: as the system has it, or as was chosen here, which is remembered.
 */

export const themes = ["system", "light", "dark"] as const;

export type Theme = (typeof themes)[number];

const KEY = "shatter-theme";

/** The theme that was chosen. */
export function readTheme(): Theme {
  try {
    const kept = localStorage.getItem(KEY);
    return themes.find((theme) => theme === kept) ?? "system";
  } catch {
    // Storage may be forbidden; the system's choice is a good one.
    return "system";
  }
}

/** Show a theme; the one that was chosen before unless told. */
export function applyTheme(theme: Theme = readTheme()): void {
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
}

/** Show a theme, and remember it. */
export function chooseTheme(theme: Theme): void {
  applyTheme(theme);
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // It holds until the page is closed.
  }
}
