import { Anchor, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';

import { useSession } from '../session/session.js';
import { shorten } from '../values/shorten.js';
import { collectionPath, recordPath } from './paths.js';

/** Names a record, and leads to it and to its collection if the caller may read them. */
export function ChangedRecord({
  collection,
  id,
  label = id,
}: {
  collection: string;
  id: string;
  label?: string;
}): ReactNode {
  const { may } = useSession();
  if (!may('records:read', collection))
    return (
      <Text span size="sm" style={{ overflowWrap: 'anywhere' }}>
        {collection}: {shorten(label)}
      </Text>
    );
  return (
    <Text span size="sm" style={{ overflowWrap: 'anywhere' }}>
      <Anchor component={Link} href={collectionPath(collection)} inherit>
        {collection}
      </Anchor>
      {': '}
      <Anchor component={Link} href={recordPath(collection, id)} inherit title={id}>
        {shorten(label)}
      </Anchor>
    </Text>
  );
}
