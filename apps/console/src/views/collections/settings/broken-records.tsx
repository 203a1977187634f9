import { Button, List, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';

import { recordQuery } from '../../../api/record-query.js';
import type { CollectionView } from '../../../api/types.js';
import { checkDocument } from '../../../form/check-document.js';
import { RecordLink } from '../../../labels/record-link.js';
import { useSession } from '../../../session/session.js';
import { shorten } from '../../../values/shorten.js';

/** Number of records that are shown at first. */
const FEW = 5;
/** Most errors that are shown of a record. */
const SHOWN = 3;

interface BrokenRecordsProps {
  collection: string;
  ids: readonly string[];
  schema: CollectionView['schema'];
}

/** Lists records that violate a schema, with the reasons. */
export function BrokenRecords({ collection, ids, schema }: BrokenRecordsProps): ReactNode {
  const [shown, setShown] = useState(FEW);
  return (
    <>
      <List size="sm">
        {ids.slice(0, shown).map((id) => (
          <List.Item key={id}>
            <RecordLink collection={collection} id={id} />
            <Reasons collection={collection} id={id} schema={schema} />
          </List.Item>
        ))}
      </List>
      {ids.length > shown && (
        <Button size="compact-sm" variant="default" mt="xs" onClick={() => setShown(ids.length)}>
          Show {ids.length - shown} more
        </Button>
      )}
    </>
  );
}

/** Checks a record in the browser, because the dry run does not say why it violates the schema. */
function Reasons({ collection, id, schema }: Omit<BrokenRecordsProps, 'ids'> & { id: string }): ReactNode {
  const { haven, may } = useSession();
  const { data } = useQuery({ ...recordQuery(haven, collection, id), enabled: may('records:read', collection) });
  const errors = data ? checkDocument(schema, data.data) : [];
  return errors.slice(0, SHOWN).map(({ pointer, detail }) => (
    <Text key={`${pointer} ${detail}`} size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
      {pointer || 'The document'}: {shorten(detail)}
    </Text>
  ));
}
