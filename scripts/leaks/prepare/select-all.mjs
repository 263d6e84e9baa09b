import { allRows, select } from "./columns.mjs";

export const prepare = (data, { labels }) => select(data, labels, allRows(data), 20);
