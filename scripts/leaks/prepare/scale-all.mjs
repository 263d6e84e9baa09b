import { allRows, standardize } from "./columns.mjs";

export const prepare = (data) => standardize(data, allRows(data));
