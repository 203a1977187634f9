import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';

import { HavenError } from 'haven-records';

import { recordQuery } from '../api/record-query.js';
import { useSession } from '../session/session.js';
import { recordPath } from './paths.js';
import { recordLabel } from './record-label.js';

/** Leads to a record, by its name. */
export function RecordLink({ collection, id }: { collection: string; id: string }): ReactNode {
  const { haven, may } = useSession();
  const isReadable = may('records:read', collection);
  const { data, error } = useQuery({ ...recordQuery(haven, collection, id), enabled: isReadable });
  const label = data && recordLabel(data.data);
  const isMissing = error instanceof HavenError && error.code === 'NOT_FOUND';
  if (!isReadable) return `${collection} ${id}`;
  return (
    <Anchor component={Link} href={recordPath(collection, id)} size="sm" title={`${collection} ${id}`}>
      {isMissing ? `${collection}: no such record` : (label ?? `${collection} ${id}`)}
    </Anchor>
  );
}
