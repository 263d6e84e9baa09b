/**
 * @file Shares in percent, as people read them.
 */

/** Decimals of a share in percent: one, but two where one would round up to all. */
export const percentDecimals = (share: number): number => (share < 1 && share >= 0.9995 ? 2 : 1);

/** A share in percent, such as `97.8 %`; only all is `100.0 %`, and nearly all is never rounded up to it. */
export function percent(share: number): string {
  const decimals = percentDecimals(share);
  // The margin keeps a share such as 0.9997, which binary has just below, from losing its last digit.
  const shown = decimals === 2 ? Math.floor(1e4 * share + 1e-6) / 100 : 100 * share;
  return `${shown.toFixed(decimals)} %`;
}
