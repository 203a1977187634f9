import { Anchor, List, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';

import { useCollection } from '../../../api/collections.js';
import type { CollectionView } from '../../../api/types.js';
import { collectionPath, recordPath } from '../../../labels/paths.js';
import { recordLabel } from '../../../labels/record-label.js';
import { useSession } from '../../../session/session.js';
import { QueryView } from '../../../ui/feedback/query-view.js';
import { referrersFilter } from './reference-values.js';

/** Number of records that are shown; a link leads to all. */
const SHOWN = 10;

const ON_DELETE: Readonly<Record<string, string>> = {
  restrict: 'While there are any, the record cannot be deleted.',
  setNull: 'They lose the reference when the record is deleted.',
  cascade: 'They are deleted with the record.',
};

interface ReferrersProps {
  name: string;
  path: string;
  onDelete: string;
  id: string;
}

/** Shows the records of one collection that refer to a record. */
export function Referrers(props: ReferrersProps): ReactNode {
  const { may } = useSession();
  const collection = useCollection(props.name);
  return (
    <div>
      <Title order={3} size="h5">
        {props.name}: {props.path}
      </Title>
      <Text size="sm" c="dimmed">
        {ON_DELETE[props.onDelete] ?? props.onDelete}
      </Text>
      {may('records:read', props.name) && (
        <QueryView query={collection}>{(settings) => <ReferrerList {...props} collection={settings} />}</QueryView>
      )}
    </div>
  );
}

function ReferrerList({ name, path, id, collection }: ReferrersProps & { collection: CollectionView }): ReactNode {
  const { haven } = useSession();
  const filter = referrersFilter(collection.schema, path, id);
  const query = useQuery({
    queryKey: ['records', name, 'referrers', filter],
    queryFn: async ({ signal }) => {
      const page = await haven.collection(name).list({ where: filter, limit: SHOWN + 1, signal });
      return page.items;
    },
  });
  const all = `${collectionPath(name)}?${new URLSearchParams({ filter: JSON.stringify(filter) })}`;
  return (
    <QueryView query={query}>
      {(records) =>
        records.length === 0 ? (
          <Text size="sm">None</Text>
        ) : (
          <Stack gap={4} align="flex-start">
            <List size="sm">
              {records.slice(0, SHOWN).map((record) => (
                <List.Item key={record.id}>
                  <Anchor component={Link} size="sm" href={recordPath(name, record.id)}>
                    {recordLabel(record.data) ?? record.id}
                  </Anchor>
                </List.Item>
              ))}
            </List>
            <Anchor component={Link} size="sm" href={all}>
              {records.length > SHOWN ? `Show all in ${name}: there are more` : `Show in ${name}`}
            </Anchor>
          </Stack>
        )
      }
    </QueryView>
  );
}
