import { Button, Stack } from '@mantine/core';
import { useState } from 'react';
import type { ReactNode } from 'react';

import type { Prediction } from '../batch/dry-run.js';
import { recordOf } from '../drafts/draft.js';
import type { Draft } from '../drafts/draft.js';
import { DraftCard } from './draft-card.js';

/** Number of drafts that are shown at first. */
const SHOWN = 30;

/** Lists drafts, those first that cannot be applied. */
export function DraftList({
  drafts,
  prediction,
}: {
  drafts: readonly Draft[];
  prediction: Prediction | undefined;
}): ReactNode {
  const [shown, setShown] = useState(SHOWN);
  const items = drafts.map((draft, index) => ({
    draft,
    failures: prediction?.failures.get(index) ?? [],
    result: prediction?.response?.results[index],
  }));
  const failed = items.filter(({ failures }) => failures.length > 0);
  const others = items.filter(({ failures }) => failures.length === 0);
  return (
    <Stack>
      {[...failed, ...others].slice(0, shown).map(({ draft, failures, result }) => (
        <DraftCard key={recordOf(draft)} draft={draft} failures={failures} result={result} />
      ))}
      {items.length > shown && (
        <Button variant="default" onClick={() => setShown(shown + SHOWN)}>
          Show more of {items.length} changes
        </Button>
      )}
    </Stack>
  );
}
