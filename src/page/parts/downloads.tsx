/**
 * @file Files to take away: some the server makes, some the page.
 */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Grid } from "../../report/grid/grid.ts";
import { latexGrid } from "../../report/grid/latex.ts";
import { markdownGrid } from "../../report/grid/markdown.ts";
import { sayError } from "../fetch-json.ts";

/** A file to take away. */
export interface Download {
  /** Its name. */
  readonly name: string;
  /** What the button says; the end of its name in capitals unless told. */
  readonly label?: string;
  /** Where the server has it, or how the page makes it. */
  readonly from: string | (() => Blob | Promise<Blob>);
}

/** A text as a file. */
export const textFile =
  (text: () => string | Promise<string>, type: string): (() => Promise<Blob>) =>
  async () =>
    new Blob([await text()], { type: `${type};charset=utf-8` });

/** A table of the page as Markdown and LaTeX. */
export const gridFiles = (stem: string, grid: () => Grid | Promise<Grid>): Download[] => [
  { name: `${stem}.md`, from: textFile(async () => markdownGrid(await grid()), "text/markdown") },
  {
    name: `${stem}.tex`,
    from: textFile(async () => latexGrid(await grid(), "the dashboard of Shatter"), "text/x-tex"),
  },
];

const endOf = (name: string): string => name.slice(name.lastIndexOf(".") + 1).toUpperCase();

/** A row of files to take away. */
export function Downloads({
  of,
  files,
}: {
  /** What they are of, for people who hear only the buttons. */
  readonly of: string;
  readonly files: readonly Download[];
}): JSX.Element | null {
  const [error, setError] = useState<string | null>(null);
  if (files.length === 0) return null;
  const take = async ({ name, from }: Download): Promise<void> => {
    if (typeof from === "string") return;
    try {
      setError(null);
      save(await from(), name);
    } catch (problem) {
      setError(`Could not make ${name}: ${sayError(problem)}`);
    }
  };
  return (
    <div class="downloads">
      <span class="soft">Download</span>
      {files.map((file) => {
        const label = file.label ?? endOf(file.name);
        const title = `${of}: ${file.name}`;
        return typeof file.from === "string" ? (
          <a key={file.name} href={file.from} download={file.name} aria-label={`${label}, ${title}`}>
            {label}
          </a>
        ) : (
          <button
            key={file.name}
            type="button"
            class="plain"
            onClick={() => void take(file)}
            aria-label={`${label}, ${title}`}
          >
            {label}
          </button>
        );
      })}
      {error && (
        <span class="bad" role="alert">
          {error}
        </span>
      )}
    </div>
  );
}

function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser has taken it by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
