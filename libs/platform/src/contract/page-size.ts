import { invalid, limitExceeded } from '@haven/kernel';

import type { HavenConfig } from '../config/index.js';

/** The items a page will have: what was asked for, or the default; `LIMIT_EXCEEDED` past `limits.pageSize`. */
export function pageSize(asked: number | null | undefined, { limits }: HavenConfig): number {
  if (asked == null) return limits.pageSizeDefault;
  if (asked < 1) throw invalid('VALIDATION_FAILED', '/limit', 'Must be 1 or more');
  if (asked > limits.pageSize) throw limitExceeded('limits.pageSize', limits.pageSize, '/limit');
  return asked;
}
