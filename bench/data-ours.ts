/**
 * @file Our side of `bench/data.ts`, and that of d3-dsv: prints seconds by what was done, as JSON.
 *
 *   node bench/data-ours.ts (table | d3-dsv | images) PATH
 */

import { readFileSync } from "node:fs";
import { csvParseRows } from "d3-dsv";
import { findDelimiter, scanDelimited } from "../src/data/delimited.ts";
import { readBytes } from "../src/data/node/files.ts";
import { readData } from "../src/data/node/read-data.ts";
import { toUtf8 } from "../src/data/text-encoding.ts";

const [what, path = ""] = process.argv.slice(2);

async function seconds(work: () => unknown): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

/** Columns of numbers, and texts of those that are none: what a data frame is. */
async function columns(): Promise<unknown[]> {
  const { bytes } = toUtf8(await readBytes(path, 2 ** 30), path);
  const cells = scanDelimited(bytes, findDelimiter(bytes, path), path);
  const all = Array.from({ length: cells.columns }, () => new Float64Array(cells.rows - 1));
  for (let block = 1; block < cells.rows; block += 128) {
    const end = Math.min(cells.rows, block + 128);
    for (const [column, values] of all.entries()) {
      for (let row = block; row < end; row++) values[row - 1] = cells.number(row, column);
    }
  }
  return all.map((values, column) =>
    values.some(Number.isNaN) ? Array.from(values, (_, row) => cells.text(row + 1, column)) : values,
  );
}

const measured: Record<string, number> = {};
if (what === "table") {
  measured["to columns"] = await seconds(columns);
  measured["to a split of float32"] = await seconds(() => readData(path));
} else if (what === "d3-dsv") {
  measured["to columns"] = await seconds(() => {
    const [names = [], ...rows] = csvParseRows(readFileSync(path, "utf8"));
    return names.map((_, column) => {
      const values = Float64Array.from(rows, (row) => Number(row[column]));
      return values.some(Number.isNaN) ? rows.map((row) => row[column]) : values;
    });
  });
} else {
  // The network is given examples when all are decoded; later epochs read none.
  measured["to the first batch"] = await seconds(() => readData(path));
  measured["to the end of the first epoch"] = measured["to the first batch"]!;
}
measured["MiB at most"] = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify(measured));
