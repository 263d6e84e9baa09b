/**
 * @file Writes the digits that come with Shatter, from the copy of scikit-learn.
 *
 *   node scripts/digits.ts digits.csv.gz      sklearn/datasets/data/digits.csv.gz, as Debian's python3-sklearn has it
 */

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";

const [source] = process.argv.slice(2);
if (source === undefined) throw new Error("expected the path of digits.csv.gz");

const text = gunzipSync(readFileSync(source)).toString("ascii");
const sha256 = createHash("sha256").update(text).digest("hex");
const EXPECTED = "6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8";
if (sha256 !== EXPECTED) throw new Error(`${source}: expected SHA-256 ${EXPECTED} unpacked, got ${sha256}`);

// Rows of 64 values and a label: all values first, then all labels, each a byte.
const rows = text
  .trim()
  .split("\n")
  .map((row) => row.split(",").map(Number));
const bytes = Uint8Array.from([...rows.flatMap((row) => row.slice(0, 64)), ...rows.map((row) => row[64]!)]);
const lines = gzipSync(bytes, { level: 9 })
  .toString("base64")
  .match(/.{1,100}/g)!;
writeFileSync(
  new URL("../src/data/digits-bytes.ts", import.meta.url),
  `/**
 * @file The values and labels of the digits, written by scripts/digits.ts.
 *
 * E. Alpaydin, C. Kaynak: Optical Recognition of Handwritten Digits. UCI Machine Learning Repository, 1998,
 * https://doi.org/10.24432/C50P49, licensed under CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/).
 * Its test part; only the form was changed: from lines of text to bytes.
 */

/** ${rows.length} x 64 values of 0 to 16, then ${rows.length} labels, a byte each; packed with gzip, as Base64. */
export const DIGITS_BYTES = \`
${lines.join("\n")}
\`;
`,
);
