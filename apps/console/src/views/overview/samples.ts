import type { components } from '../../api/openapi.js';

export type Stats = components['schemas']['Stats'];

/** The values of one moment. Those that cover all collections are null for callers that may not see all. */
export interface Sample {
  /** In milliseconds since 1970. */
  at: number;
  bytes: number;
  /** Requests since the first sample. */
  requests: number | null;
  waiting: number | null;
  pending: number | null;
}

/** The content of the overview: the newest values, and those since it was opened. */
export interface Overview {
  stats: Stats;
  samples: readonly Sample[];
}

/** For how long samples are kept; as long as the server keeps minutes. */
const KEPT_MS = 3_600_000;
/** The server counts requests within five seconds, so a rate over a shorter time would jump. */
const RATE_MS = 15_000;

/** Adds the newest values. */
export function withStats(previous: Overview | undefined, stats: Stats): Overview {
  const at = Date.parse(stats.at);
  const kept = previous?.samples.filter((sample) => sample.at > at - KEPT_MS && sample.at < at) ?? [];
  const sample = {
    at,
    bytes: stats.storage.bytes,
    requests: stats.requests && (kept.at(-1)?.requests ?? 0) + requestsSince(previous?.stats, stats),
    waiting: stats.feed && stats.feed.waiting,
    pending: stats.webhooks && stats.webhooks.pending,
  };
  return { stats, samples: [...kept, sample] };
}

/** Returns the requests a second; null if there were none to compare with. */
export function requestRate({ stats, samples }: Overview): number | null {
  if (!stats.requests) return null;
  const last = samples.at(-1);
  const earlier = last && samples.findLast(({ at }) => at <= last.at - RATE_MS);
  if (last?.requests != null && earlier?.requests != null)
    return (last.requests - earlier.requests) / ((last.at - earlier.at) / 1_000);
  const minute = stats.requests.minutes.at(-2);
  return minute ? minute.requests / 60 : null;
}

/** Returns the number of requests that were counted between two overviews. */
function requestsSince(previous: Stats | undefined, stats: Stats): number {
  if (!previous?.requests || !stats.requests) return 0;
  const before = new Map(previous.requests.minutes.map(({ minute, requests }) => [minute, requests]));
  const [first = ''] = before.keys();
  return stats.requests.minutes
    .filter(({ minute }) => minute >= first)
    .reduce((sum, { minute, requests }) => sum + requests - (before.get(minute) ?? 0), 0);
}
