/**
 * @file Shares in percent, as people read them.
 */

/**
 * Decimals of a share in percent: one, but more where one would round up to all or down to nothing.
 *
 * @param share - In `[0, 1]`.
 */
export function percentDecimals(share: number): number {
  if (share < 1 && share >= 0.9995) return 2;
  if (share <= 0 || share >= 0.0005) return 1;
  // Two digits that matter: 0.00042 is 0.042 %.
  return Math.min(6, 1 - Math.floor(Math.log10(100 * share)));
}

/** A share in percent, such as `97.8 %`; only all is `100.0 %`, only nothing `0.0 %`. */
export function percent(share: number): string {
  const decimals = percentDecimals(share);
  const scale = 10 ** decimals;
  // The margin keeps what binary has just below a half, or just below a whole, from losing its last digit.
  const raised = 100 * scale * share + 1e-6;
  const shown = share < 1 && share >= 0.9995 ? Math.floor(raised) : Math.floor(raised + 0.5);
  return `${(shown / scale).toFixed(decimals)} %`;
}

/** A share as it was asked for, without a rounding to be seen: `20 %`, `12.5 %`. */
export const formatShare = (share: number): string => `${Number((100 * share).toPrecision(6))} %`;
