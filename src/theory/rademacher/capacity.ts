/**
 * @file The largest number of examples that can be fitted: by doubling, then by bisection.
 */

/** One size that was tried. */
export interface Tried {
  readonly n: number;
  /** Share of the examples that were fitted. */
  readonly accuracy: number;
  readonly fits: boolean;
}

/** What a search found. */
export interface Capacity {
  /** Largest size that was fitted; 0 if none was. */
  readonly fits: number;
  /** Smallest size that was not; null if all up to the limit were. */
  readonly fails: number | null;
  /** In the order tried. */
  readonly tried: readonly Tried[];
}

/** The two sizes end up at most this share apart. */
export const RESOLUTION = 1 / 16;

/**
 * Search the largest size that fits, taking for granted that what fits `n` examples fits fewer.
 *
 * @param first - The first size tried, at least 1; doubled until it does not fit, or halved until it does.
 * @param limit - Largest size tried.
 * @param needed - Accuracy from which on a size is fitted.
 * @param accuracyAt - Accuracy that training reaches at a size.
 */
export async function searchCapacity(
  first: number,
  limit: number,
  needed: number,
  accuracyAt: (n: number) => Promise<number>,
): Promise<Capacity> {
  const tried: Tried[] = [];
  const ask = async (n: number): Promise<boolean> => {
    const accuracy = await accuracyAt(n);
    const fits = accuracy >= needed;
    tried.push({ n, accuracy, fits });
    return fits;
  };
  let low = 0;
  let high: number | null = null;
  let n = Math.min(first, limit);
  while (high === null && low < limit) {
    if (await ask(n)) low = n;
    else high = n;
    n = Math.min(limit, n * 2);
  }
  while (high !== null && high - low > Math.max(1, low * RESOLUTION)) {
    const middle = Math.floor((low + high) / 2);
    if (await ask(middle)) low = middle;
    else high = middle;
  }
  return { fits: low, fails: high, tried };
}
