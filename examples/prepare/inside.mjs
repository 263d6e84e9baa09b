/** Selects on training rows alone. */

import { selectColumns } from "./select.mjs";

export const prepare = (data, { labels }) =>
  selectColumns(
    data,
    labels,
    data.isTest.map((isTest) => 1 - isTest),
  );
