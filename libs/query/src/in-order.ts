import type { Ordering } from './filter.js';

/** Whether an operator holds for two values, given their difference: negative if the left one comes first. */
export function inOrder(operator: Ordering, difference: number): boolean {
  switch (operator) {
    case '_gt':
      return difference > 0;
    case '_gte':
      return difference >= 0;
    case '_lt':
      return difference < 0;
    case '_lte':
      return difference <= 0;
  }
}
