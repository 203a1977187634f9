import { List, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

import type { CollectionView, RecordView } from '../../../api/types.js';
import { RecordLink } from '../../../labels/record-link.js';
import { idsAt } from './reference-values.js';
import { Referrers } from './referrers.js';

/** Number of links of one reference that are shown. */
const SHOWN = 50;

/** Shows the records to which a record refers, and those that refer to it. */
export function ReferencesView({ collection, record }: { collection: CollectionView; record: RecordView }): ReactNode {
  const { references, referencedBy } = collection;
  return (
    <Stack gap="lg">
      <Stack gap="xs" component="section" aria-labelledby="references-out">
        <Title order={2} size="h4" id="references-out">
          Refers to
        </Title>
        {references.length === 0 && (
          <Text size="sm" c="dimmed">
            The schema of {collection.name} declares no references.
          </Text>
        )}
        {references.map(({ path, collection: target }) => (
          <OutLinks key={path} path={path} target={target} ids={idsAt(record.data, path)} />
        ))}
      </Stack>
      <Stack gap="xs" component="section" aria-labelledby="references-in">
        <Title order={2} size="h4" id="references-in">
          Referred to by
        </Title>
        {referencedBy.length === 0 && (
          <Text size="sm" c="dimmed">
            No collection declares references to {collection.name}.
          </Text>
        )}
        {referencedBy.map(({ collection: name, path, onDelete }) => (
          <Referrers key={`${name} ${path}`} name={name} path={path} onDelete={onDelete} id={record.id} />
        ))}
      </Stack>
    </Stack>
  );
}

function OutLinks({ path, target, ids }: { path: string; target: string; ids: readonly string[] }): ReactNode {
  return (
    <div>
      <Title order={3} size="h5">
        {path} → {target}
      </Title>
      {ids.length === 0 ? (
        <Text size="sm" c="dimmed">
          not set
        </Text>
      ) : (
        <List size="sm">
          {ids.slice(0, SHOWN).map((id) => (
            <List.Item key={id}>
              <RecordLink collection={target} id={id} />
            </List.Item>
          ))}
          {ids.length > SHOWN && <List.Item>and {ids.length - SHOWN} more</List.Item>}
        </List>
      )}
    </div>
  );
}
