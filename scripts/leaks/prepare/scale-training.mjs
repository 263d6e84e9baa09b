import { standardize, trainingRows } from "./columns.mjs";

export const prepare = (data) => standardize(data, trainingRows(data));
