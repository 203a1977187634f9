/** Returns the candidate that a mistyped name most likely means; undefined if none is similar. */
export function suggest(name: string, candidates: readonly string[]): string | undefined {
  // If more than a third of the letters differ, it is a different word rather than a typo.
  const maxDistance = Math.min(3, Math.max(1, Math.floor(name.length / 3)));
  return candidates
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ distance }) => distance <= maxDistance)
    .sort((a, b) => a.distance - b.distance)[0]?.candidate;
}

/** Appends `did you mean …?` if a candidate is similar. */
export function withSuggestion(problem: string, name: string, candidates: readonly string[]): string {
  const suggestion = suggest(name, candidates);
  return suggestion === undefined ? problem : `${problem}; did you mean ${suggestion}?`;
}

/** Number of letters to add, drop, replace or swap with their neighbor (optimal string alignment distance). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = cell(last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = swapped ? cell(beforeLast, j - 2) + 1 : Infinity;
      row.push(Math.min(cell(last, j) + 1, cell(row, j - 1) + 1, replace, swap));
    }
    [beforeLast, last] = [last, row];
  }
  return cell(last, b.length);
}

function cell(row: readonly number[], column: number): number {
  return row[column] ?? Infinity;
}
