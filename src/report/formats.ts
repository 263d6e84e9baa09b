/**
 * @file The formats a report can be written in, and the files it is made of.
 */

/** Names of formats, which are the ends of the files' names. */
export const formats = ["html", "md", "csv", "tex", "svg", "png", "json"] as const;

export type Format = (typeof formats)[number];

/** A file of a report: its name in the folder, and its text or bytes. */
export type ReportFile = readonly [name: string, content: string | Uint8Array];

/** A file that is made only if it is wanted: drawing is slow. */
export type FileMaker = readonly [
  name: string,
  make: () => string | Uint8Array | Promise<string | Uint8Array>,
];

/** The names of files in some formats. */
export const inFormats = (makers: readonly FileMaker[], wanted: readonly Format[]): FileMaker[] =>
  makers.filter(([name]) => wanted.some((format) => name.endsWith(`.${format}`)));

/** Make files, one after the other. */
export async function makeFiles(makers: readonly FileMaker[]): Promise<ReportFile[]> {
  const files: ReportFile[] = [];
  for (const [name, make] of makers) files.push([name, await make()]);
  return files;
}
