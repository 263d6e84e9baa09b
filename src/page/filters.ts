/**
 * @file The filters of trials in an address, as the server takes them.
 */

/** Fields of a filter that stand in an address under their own names. */
export const filterFields = [
  "experiment",
  "state",
  "model",
  "dataset",
  "inputs",
  "corrupt",
  "seed",
  "text",
] as const;

/** The part of an address's query that says which trials. */
export function filterOf(address: URL): URLSearchParams {
  const query = new URLSearchParams();
  for (const field of filterFields) {
    const value = address.searchParams.get(field);
    if (value) query.set(field, value);
  }
  return query;
}

/** Values of a field of an address that holds several, separated by commas. */
export const listOf = (address: URL, field: string): string[] =>
  (address.searchParams.get(field) ?? "").split(",").filter((value) => value !== "");
