/**
 * @file What a page of theory shows, as the part of the address that is its own: `n:200;noise:0.1`.
 */

/** The fields of a text; what is no field is passed over. */
export const readFields = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text.split(";").flatMap((part) => {
      const at = part.indexOf(":");
      return at > 0 ? [[part.slice(0, at), part.slice(at + 1)] as const] : [];
    }),
  );

/** Fields as a text. */
export const writeFields = (fields: Readonly<Record<string, string | number>>): string =>
  Object.entries(fields)
    .map(([name, value]) => `${name}:${value}`)
    .join(";");

/** A number within bounds, brought into them; the usual one where there is none. */
export function numberOf(
  text: string | undefined,
  { least, most, usual }: { readonly least: number; readonly most: number; readonly usual: number },
): number {
  const value = text === undefined || text.trim() === "" ? Number.NaN : Number(text);
  return Number.isFinite(value) ? Math.min(most, Math.max(least, value)) : usual;
}
