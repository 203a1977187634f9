import { Drawer } from '@mantine/core';
import type { ReactNode } from 'react';

import { ifOnTop } from '../../ui/dialogs/if-on-top.js';
import { Empty } from '../../ui/feedback/empty.js';
import { countOf } from '../../values/numbers.js';
import { useDrafts } from '../drafts/drafts.js';
import { ReviewContent } from './review-content.js';

/** Shows the queued changes with what the dry run says about them, and applies them. */
export default function Review({ isOpen, onClose }: { isOpen: boolean; onClose(): void }): ReactNode {
  const { all } = useDrafts();
  return (
    <Drawer
      opened={isOpen}
      onClose={ifOnTop(onClose)}
      position="right"
      size="min(46rem, 100%)"
      title={all.length === 0 ? 'Review' : `Review ${countOf(all.length, 'change')}`}
    >
      {all.length > 0 ? (
        <ReviewContent drafts={all} onClose={onClose} />
      ) : (
        <Empty title="No queued changes">Change, add or delete records, and review that here.</Empty>
      )}
    </Drawer>
  );
}
