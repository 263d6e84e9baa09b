import { select, trainingRows } from "./columns.mjs";

export const prepare = (data, { labels }) => select(data, labels, trainingRows(data), 5);
