/**
 * @file The formats a report can be written in, and the files it is made of.
 */

/** Names of formats, which are the ends of the files' names. */
export const formats = ["html", "md", "csv", "tex", "svg", "png", "json"] as const;

export type Format = (typeof formats)[number];

/** A file of a report: its name in the folder, and what makes its text or bytes, as drawing is slow. */
export type FileMaker = readonly [
  name: string,
  make: () => string | Uint8Array | Promise<string | Uint8Array>,
];

/** The names of files in some formats. */
export const inFormats = (makers: readonly FileMaker[], wanted: readonly Format[]): FileMaker[] =>
  makers.filter(([name]) => wanted.some((format) => name.endsWith(`.${format}`)));
