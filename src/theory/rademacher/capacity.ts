/**
 * @file The largest number of examples that can be fitted: by doubling, then by bisection.
 */

/** One size that was tried. */
export interface Tried {
  readonly n: number;
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
 * @param fits - Whether a size is fitted.
 */
export async function searchCapacity(
  first: number,
  limit: number,
  fits: (n: number) => Promise<boolean>,
): Promise<Capacity> {
  const tried: Tried[] = [];
  const ask = async (n: number): Promise<boolean> => {
    const answer = await fits(n);
    tried.push({ n, fits: answer });
    return answer;
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
