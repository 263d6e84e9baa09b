/**
 * @file Keeps a Gram matrix in the making in a folder, to go on from after an interruption.
 *
 * Each part is a file, written under another name and renamed when its bytes are on the disk; parts may be kept at
 * different blocks ({@link GramState}), so replacing them one after another is safe, and the folder never holds more
 * than the matrix and one part (200 MB at n = 50,000) besides.
 */

import { createHash } from "node:crypto";
import { type FileHandle, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { DataError, messageOf, UsageError } from "../../base/errors.ts";
import { canonicalJson, type Json, sha256 } from "../../base/json.ts";
import { requireFolder } from "../../disk/folders.ts";
import { isAbsent } from "../../disk/refusals.ts";
import { writeWhole } from "../../disk/whole-files.ts";
import type { GramKeeper } from "../features/gram.ts";
import { createGramState, type GramPart, type GramState } from "../features/gram-state.ts";
import { TILE } from "../kernel/triangle.ts";

/** Bytes of a file before the sums: one line of JSON, filled up with spaces. */
const HEADER = 1024;

const headerSchema = z.object({
  schema: z.literal("shatter/gram-part@2"),
  /** SHA-256 of the settings. */
  settings: z.string(),
  side: z.enum(["train", "tests"]),
  index: z.int(),
  blocks: z.int(),
  features: z.int(),
  filters: z.int(),
  /** SHA-256 of everything after the header. */
  sha256: z.string(),
});

const aboutSchema = z.object({
  schema: z.literal("shatter/gram@1"),
  settings: z.record(z.string(), z.json()),
  /** Number of filters, and what was answered there. */
  answers: z.array(z.tuple([z.int(), z.json()])),
});

/** A folder with a state, and the state that was in it (zeros in a new one). */
export interface GramFolder extends GramKeeper {
  readonly state: GramState;
}

/**
 * Open a folder for the Gram matrix of some settings; it need not exist yet.
 *
 * @param settings - All that decides the matrix: hash of the data, settings of the features.
 * @throws UsageError if the folder holds the matrix of other settings.
 * @throws DataError if a file is damaged, or the folder cannot be written to.
 */
export async function openGramFolder(
  folder: string,
  settings: { readonly [name: string]: Json },
  n: number,
  m: number,
): Promise<GramFolder> {
  await requireFolder("Gram matrix", folder);
  const whole = { ...settings, n, m, tile: TILE };
  const hash = await sha256(canonicalJson(whole));
  const aboutPath = join(folder, "gram.json");
  const answers = await readAbout(aboutPath, whole);
  const state = createGramState(n, m);
  const kept = new Map<GramPart, number>();
  for (const part of state.parts) {
    await readPart(pathOf(folder, part), part, hash);
    kept.set(part, part.blocks);
  }
  for (const [filters, answer] of answers) state.answers.set(filters, answer);
  const saveAnswers = ({ answers }: GramState): Promise<void> =>
    writeWhole(
      aboutPath,
      `${JSON.stringify({ schema: "shatter/gram@1", settings: whole, answers: [...answers] }, undefined, 2)}\n`,
    );
  await saveAnswers(state);
  return {
    state,
    saveAnswers,
    async save({ parts }) {
      for (const part of parts) {
        if (kept.get(part) === part.blocks) continue;
        await writeWhole(pathOf(folder, part), piecesOf(part, hash));
        kept.set(part, part.blocks);
      }
    },
  };
}

const pathOf = (folder: string, { side, index }: GramPart): string =>
  join(folder, `${side}-${String(index).padStart(3, "0")}.gram`);

const bytesOf = (array: Int32Array | Float64Array): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

/** The bytes of a part after the header, in order, not copied. */
const payloadOf = ({ norms, arrays }: GramPart): Uint8Array[] => [norms, ...arrays].map(bytesOf);

/** A part's file in pieces. */
function piecesOf(part: GramPart, settings: string): Uint8Array[] {
  const payload = payloadOf(part);
  const digest = createHash("sha256");
  for (const piece of payload) digest.update(piece);
  const { side, index, blocks, features, filters } = part;
  const header: z.infer<typeof headerSchema> = {
    schema: "shatter/gram-part@2",
    settings,
    side,
    index,
    blocks,
    features,
    filters,
    sha256: digest.digest("hex"),
  };
  return [
    new TextEncoder().encode(
      JSON.stringify(header)
        .padEnd(HEADER - 1)
        .concat("\n"),
    ),
    ...payload,
  ];
}

/** What was answered so far, from the file that says whose folder it is; nothing in a new folder. */
async function readAbout(
  path: string,
  settings: { readonly [name: string]: Json },
): Promise<readonly [number, Json][]> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (isAbsent(error)) return [];
    throw new DataError(`${path}: cannot be read (${messageOf(error)})`, { cause: error });
  }
  let about: z.infer<typeof aboutSchema>;
  try {
    about = aboutSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new DataError(
      `${path}: expected the description of a Gram matrix, got something else (${messageOf(error)}); choose another folder`,
      { cause: error },
    );
  }
  const names = new Set([...Object.keys(settings), ...Object.keys(about.settings)]);
  const show = (value: Json | undefined): string => (value === undefined ? "nothing" : canonicalJson(value));
  const different = [...names]
    .filter((name) => show(settings[name]) !== show(about.settings[name]))
    .map((name) => `${name} is ${show(about.settings[name])} there and ${show(settings[name])} here`);
  if (different.length > 0) {
    throw new UsageError(
      `${path}: expected the Gram matrix of these settings, got that of others (${different.join("; ")}); choose another folder, or remove this one`,
    );
  }
  return about.answers as readonly [number, Json][];
}

/** Read a part into its arrays; what is not there stays 0. */
async function readPart(path: string, part: GramPart, settings: string): Promise<void> {
  let file: FileHandle;
  try {
    file = await open(path);
  } catch (error) {
    if (isAbsent(error)) return;
    throw new DataError(`${path}: cannot be read (${messageOf(error)})`, { cause: error });
  }
  await using _ = file;
  const damaged = (problem: string): DataError =>
    new DataError(
      `${path}: ${problem}; the file is damaged: remove it, and its rows alone are computed again from the first block`,
    );
  const payload = payloadOf(part);
  const bytes = payload.reduce((sum, piece) => sum + piece.length, HEADER);
  const { size } = await file.stat();
  if (size !== bytes) throw damaged(`expected ${bytes} bytes, got ${size}`);
  const start = new Uint8Array(HEADER);
  await readAll(file, start);
  let header: z.infer<typeof headerSchema>;
  try {
    header = headerSchema.parse(JSON.parse(new TextDecoder().decode(start)));
  } catch (error) {
    throw damaged(`expected the header of a part, got something else (${messageOf(error)})`);
  }
  if (header.settings !== settings || header.side !== part.side || header.index !== part.index) {
    throw damaged(`expected ${part.side} part ${part.index} of these settings, got another`);
  }
  const digest = createHash("sha256");
  for (const piece of payload) {
    await readAll(file, piece);
    digest.update(piece);
  }
  if (digest.digest("hex") !== header.sha256) throw damaged("expected other bytes by their SHA-256");
  part.blocks = header.blocks;
  part.features = header.features;
  part.filters = header.filters;
}

/** Fill an array with the next bytes of a file. */
async function readAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesRead } = await file.read(bytes, at, bytes.length - at);
    if (bytesRead === 0)
      throw new DataError(`expected ${bytes.length - at} bytes more, got the end of a file`);
    at += bytesRead;
  }
}
