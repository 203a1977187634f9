import { Button, Group } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';

import { useCollection } from '../../api/collections.js';
import { AddRecord } from '../../edits/add/add-record.js';
import { importPath } from '../../labels/paths.js';
import { MissingScope } from '../../session/missing-scope.js';
import { useSession } from '../../session/session.js';
import { PasteRows } from '../../transfer/paste/paste-rows.js';
import { QueryView } from '../../ui/feedback/query-view.js';
import { RecordsPage } from './records-page.js';

/** The records of a collection. */
export default function RecordsView({ collection: name }: { collection: string }): ReactNode {
  const { may } = useSession();
  const collection = useCollection(name);
  if (!may('records:read', name))
    return (
      <MissingScope view={name} title="You may not read these records" scopes={['records:read']} collection={name}>
        {may('records:write', name) && (
          <Group justify="center" gap="xs" mt="md">
            <AddRecord collection={name} />
            <PasteRows collection={name} />
            <Button component={Link} href={importPath(name)} variant="default" size="sm">
              Import records
            </Button>
          </Group>
        )}
      </MissingScope>
    );
  return (
    <QueryView query={collection} heading={name}>
      {(settings) => <RecordsPage collection={settings} />}
    </QueryView>
  );
}
