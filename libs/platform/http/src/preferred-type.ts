/**
 * Returns the media type that a client prefers among those that an operation produces (RFC 9110 §12.5.1), the first one
 * if several are equally good, and undefined if the client accepts none of them.
 */
export function preferredType<Type extends string>(
  accept: string | undefined,
  produces: readonly Type[],
): Type | undefined {
  const ranges = (accept ?? '*/*').toLowerCase().replaceAll(' ', '').split(',').map(parseRange);
  let best: Type | undefined;
  let most = 0;
  for (const type of produces) {
    const quality = qualityOf(type, ranges);
    if (quality <= most) continue;
    best = type;
    most = quality;
  }
  return best;
}

interface MediaRange {
  type: string;
  quality: number;
}

function parseRange(range: string): MediaRange {
  const [type = '', ...parameters] = range.split(';');
  const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
  return { type, quality: quality === undefined ? 1 : Number(quality) || 0 };
}

/** The most specific range decides. */
function qualityOf(type: string, ranges: readonly MediaRange[]): number {
  for (const candidate of [type, `${type.split('/', 1)[0]}/*`, '*/*']) {
    const range = ranges.find((each) => each.type === candidate);
    if (range) return range.quality;
  }
  return 0;
}
