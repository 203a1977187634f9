import { Button, CloseButton, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { lazy, useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { useLocation } from 'wouter';

import { useSession } from '../session/session.js';
import { LazyDialog } from '../ui/dialogs/lazy-dialog.js';
import { useShortcut } from '../ui/shortcuts.js';
import { countOf, countText } from '../values/numbers.js';
import { storedApplied } from './batch/applied.js';
import type { Applied } from './batch/applied.js';
import { storedAttempt } from './batch/attempt.js';
import type { Draft } from './drafts/draft.js';
import { useDrafts } from './drafts/drafts.js';
import { useStoredValue } from './drafts/stored-value.js';
import { FinishButton } from './review/finish-button.js';
import { useUndo } from './undo/use-undo.js';

/** The review is loaded when it is opened for the first time. */
const Review = lazy(() => import('./review/review.js'));

/** Milliseconds after which a closed dialog has returned the focus. */
const FOCUS_DELAY = 300;

/** Whether the bar has anything to show. */
export function useHasEdits(): boolean {
  const drafts = useDrafts();
  const [attempt] = useStoredValue(storedAttempt);
  const [applied] = useStoredValue(storedApplied);
  return drafts.all.length > 0 || attempt !== null || applied !== null;
}

/** Says how many changes are queued, and offers to review them and to undo those that were applied last. */
export function EditsBar({ collection }: { collection?: string }): ReactNode {
  const { may } = useSession();
  const { all } = useDrafts();
  const [attempt] = useStoredValue(storedAttempt);
  const [applied, setApplied] = useStoredValue(storedApplied);
  const [isOpen, { open, close }] = useDisclosure();
  const undo = useUndo(open);
  const [wasOpened, setOpened] = useState(false);
  if (isOpen && !wasOpened) setOpened(true);
  const [location] = useLocation();
  useEffect(close, [close, location]);
  const bar = useRef<HTMLDivElement>(null);
  const leave = (): void => {
    close();
    // The button that has opened the review does not exist after all changes were applied.
    setTimeout(() => {
      if (document.activeElement === document.body) bar.current?.focus();
    }, FOCUS_DELAY);
  };
  useShortcut('r', () => {
    if (all.length > 0) open();
  });
  const steps = applied?.steps ?? [];
  // To undo a deletion, the record is read.
  const mayUndo =
    steps.length > 0 && steps.every(({ collection: name }) => may('records:read', name) && may('records:write', name));
  const inCollection = all.filter((draft) => draft.collection === collection).length;
  return (
    <>
      <Group
        role="region"
        ref={bar}
        tabIndex={-1}
        aria-label="Queued changes"
        h="100%"
        px="md"
        gap="sm"
        justify="space-between"
        wrap="nowrap"
      >
        <Text role="status" size="sm" component="div" lineClamp={2}>
          {statusOf(all.length, applied)}
          {all.length > 0 && (
            <Text span inherit c="dimmed" visibleFrom="sm">
              {` (${summaryOf(all)}${collection === undefined ? '' : `; ${inCollection} of ${collection}`})`}
            </Text>
          )}
        </Text>
        <Group gap="xs" wrap="nowrap">
          {attempt && <FinishButton attempt={attempt} />}
          {applied && mayUndo && (
            <Button
              size="xs"
              variant="default"
              loading={undo.isPending}
              onClick={() => undo.mutate({ ...applied, steps })}
            >
              Undo {countOf(applied.count, 'change')}
            </Button>
          )}
          {all.length > 0 && (
            <Button size="xs" onClick={open} aria-keyshortcuts="r">
              Review
            </Button>
          )}
          {all.length === 0 && applied && (
            <CloseButton aria-label="Close, and keep the changes" onClick={() => setApplied(() => null)} />
          )}
        </Group>
      </Group>
      <LazyDialog>{wasOpened && <Review isOpen={isOpen} onClose={leave} />}</LazyDialog>
    </>
  );
}

function statusOf(count: number, applied: Applied | null): string {
  if (count > 0) return countOf(count, 'queued change');
  if (!applied) return 'The result of the last changes is not known.';
  const text = `${countOf(applied.count, 'change')} applied.`;
  return applied.steps ? text : `${text} The effects of the deletions are not known, so they cannot be undone here.`;
}

/** Describes drafts in short, such as `2 new, 1 changed`. */
function summaryOf(drafts: readonly Draft[]): string {
  const KINDS = { create: 'new', update: 'changed', delete: 'deleted' } as const;
  const parts = Object.entries(KINDS).map(([op, word]) => {
    const count = drafts.filter((draft) => draft.op === op).length;
    return count === 0 ? '' : `${countText(count)} ${word}`;
  });
  return parts.filter((part) => part !== '').join(', ');
}
