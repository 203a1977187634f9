import { Button, Group, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { useSession } from '../../../session/session.js';
import { Empty } from '../../../ui/feedback/empty.js';
import { ProblemAlert } from '../../../ui/feedback/problem-alert.js';
import { documentText } from '../../../values/document-text.js';
import { proposeSchema } from '../../../values/propose-schema.js';

/** Number of records from which a schema is proposed. */
const SAMPLE = 200;

/** Says that a collection has no schema, and starts one. */
export function NoSchema({ collection, onStart }: { collection: string; onStart(text: string): void }): ReactNode {
  const { haven, may } = useSession();
  const proposal = useMutation({
    mutationFn: async () => await haven.collection(collection).list({ limit: SAMPLE }),
    onSuccess: ({ items }) => {
      if (items.length > 0) onStart(documentText(proposeSchema(items.map(({ data }) => data))));
    },
  });
  return (
    <Empty title="Any JSON object is allowed">
      {may('collections:write', collection) && (
        <>
          <Text>A schema says which members records have, and of which types. It is checked with every change.</Text>
          <Group justify="center" mt="md">
            <Button onClick={() => onStart(documentText({ type: 'object', properties: {} }))}>Add a schema</Button>
            {may('records:read', collection) && (
              <Button variant="default" loading={proposal.isPending} onClick={() => proposal.mutate()}>
                Propose one from the records
              </Button>
            )}
          </Group>
          {proposal.data?.items.length === 0 && <Text mt="sm">There are no records yet.</Text>}
        </>
      )}
      {proposal.error && <ProblemAlert error={proposal.error} />}
    </Empty>
  );
}
