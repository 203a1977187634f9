import { Button, Modal, NavLink, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue, useDisclosure } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';

import { useCollection } from '../../api/collections.js';
import { collectionApiPath } from '../../api/paths.js';
import type { CollectionView, Page, RecordView } from '../../api/types.js';
import { recordLabel } from '../../labels/record-label.js';
import { useSession } from '../../session/session.js';
import { QueryView } from '../../ui/feedback/query-view.js';
import { pickerFilter, pickerMethod } from './picker-filter.js';

/** Number of records that are offered. */
const OFFERED = 20;

/** A button that lets the user choose the record to which a reference leads. */
export function RecordPicker({
  name,
  collection,
  onPick,
}: {
  name: string;
  collection: string;
  onPick(id: string): void;
}): ReactNode {
  const { may } = useSession();
  const [isOpen, { open, close }] = useDisclosure();
  if (!may('records:read', collection)) return null;
  return (
    <>
      <Button size="compact-xs" variant="subtle" aria-label={`Choose ${name}`} onClick={open}>
        Choose
      </Button>
      <Modal opened={isOpen} onClose={close} title={`Choose a record of ${collection}`}>
        {isOpen && (
          <Choices
            collection={collection}
            onPick={(id) => {
              onPick(id);
              close();
            }}
          />
        )}
      </Modal>
    </>
  );
}

function Choices({ collection, onPick }: { collection: string; onPick(id: string): void }): ReactNode {
  const query = useCollection(collection);
  return <QueryView query={query}>{(settings) => <Found collection={settings} onPick={onPick} />}</QueryView>;
}

function Found({ collection, onPick }: { collection: CollectionView; onPick(id: string): void }): ReactNode {
  const { haven } = useSession();
  const [text, setText] = useState('');
  const [settled] = useDebouncedValue(text, 250);
  const filter = pickerFilter(collection, settled);
  const query = useQuery({
    queryKey: ['records', collection.name, 'choices', filter],
    queryFn: ({ signal }) =>
      haven.request<Page<RecordView>>(
        {
          method: 'POST',
          path: `${collectionApiPath(collection.name)}/query`,
          body: { filter, limit: OFFERED },
        },
        { signal },
      ),
    placeholderData: keepPreviousData,
  });
  return (
    <Stack gap="xs">
      {pickerMethod(collection) !== 'none' && (
        <TextInput
          label="Find"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          data-autofocus
          autoComplete="off"
        />
      )}
      <QueryView query={query}>
        {({ items, nextCursor }) => (
          <>
            {items.length === 0 && <Text size="sm">No records</Text>}
            {items.map(({ id, data }) => (
              <NavLink
                key={id}
                component="button"
                type="button"
                label={recordLabel(data) ?? id}
                description={id}
                onClick={() => onPick(id)}
              />
            ))}
            {nextCursor !== null && (
              <Text size="sm" c="dimmed">
                There are more. Type a part of the name, or paste the id into the field.
              </Text>
            )}
          </>
        )}
      </QueryView>
    </Stack>
  );
}
