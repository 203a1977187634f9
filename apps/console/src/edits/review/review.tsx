import { Drawer } from '@mantine/core';
import { useRef } from 'react';
import type { ReactNode } from 'react';

import { isOnTop } from '../../ui/dialogs/is-on-top.js';
import { Empty } from '../../ui/feedback/empty.js';
import { countOf } from '../../values/numbers.js';
import { useDrafts } from '../drafts/drafts.js';
import { ReviewContent } from './review-content.js';

/** Shows the queued changes with what the dry run says about them, and applies them. */
export default function Review({ isOpen, onClose }: { isOpen: boolean; onClose(): void }): ReactNode {
  const { all } = useDrafts();
  const root = useRef<HTMLDivElement>(null);
  const close = (): void => {
    if (isOnTop(root.current)) onClose();
  };
  return (
    <Drawer
      ref={root}
      opened={isOpen}
      onClose={close}
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
