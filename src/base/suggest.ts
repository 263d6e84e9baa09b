/**
 * @file Suggestions for mistyped names.
 */

/** Number of insertions, deletions, replacements and swaps of neighbors that turn `a` into `b`. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let distance = Math.min(
        previous[column]! + 1,
        current[column - 1]! + 1,
        previous[column - 1]! + Number(!same),
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        distance = Math.min(distance, before[column - 2]! + 1);
      }
      current.push(distance);
    }
    before = previous;
    previous = current;
  }
  return previous[b.length]!;
}

/** Longest name that may have been meant as another: distances take the product of lengths. */
const LONGEST = 100;

/** The candidate nearest to a name, if one is near enough to have been meant. */
export function suggest(name: string, candidates: readonly string[]): string | undefined {
  if (name.length > LONGEST) return undefined;
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
  const distances = candidates.map((candidate) => ({
    candidate,
    distance: editDistance(plain(name), plain(candidate)),
  }));
  const best = distances.sort((a, b) => a.distance - b.distance)[0];
  const most = Math.max(2, Math.floor(best ? best.candidate.length / 3 : 0));
  // Where every letter would have to change, nothing like it was meant.
  return best && best.distance <= Math.min(most, plain(name).length - 1) ? best.candidate : undefined;
}

/** The message for a name that is not known: what was asked, what was probably meant, what there is. */
export function unknownName(kind: string, name: string, candidates: readonly string[]): string {
  const near = suggest(name, candidates);
  const hint = near === undefined ? "" : `; did you mean "${near}"?`;
  return `unknown ${kind} "${name}"${hint} (known: ${candidates.join(", ")})`;
}
