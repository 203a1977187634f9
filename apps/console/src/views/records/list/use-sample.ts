import { useState } from 'react';

import type { RecordView } from '../../../api/types.js';

/** Number of records from which columns are inferred. */
const SAMPLE = 50;

/** Returns the first records that were read, so that the columns stay while the user sorts and filters. */
export function useSample(records: readonly RecordView[]): readonly RecordView[] {
  const [sample, setSample] = useState<readonly RecordView[]>([]);
  if (sample.length > 0 || records.length === 0) return sample;
  const first = records.slice(0, SAMPLE);
  setSample(first);
  return first;
}
