import { Alert, Code, List, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react';
import type { ReactNode } from 'react';

import type { CollectionView } from '../../../api/types.js';
import { RecordLink } from '../../../labels/record-link.js';
import { countOf } from '../../../values/numbers.js';
import { previewOf } from '../../../values/preview.js';
import { BrokenRecords } from './broken-records.js';

/** Shows how stored records and indexes are affected by a change that was tried. */
export function ChangeEffects({ before, found }: { before: CollectionView; found: CollectionView }): ReactNode {
  const { name, breaking, dangling = [], duplicates = [], warnings, schema } = found;
  const built = found.indexes.filter(({ path, state }) => state === 'building' && !isKnown(before, path)).length;
  const dropped = before.indexes.filter(({ path }) => !isKnown(found, path)).length;
  const isFine = (breaking?.count ?? 0) === 0 && dangling.length === 0 && duplicates.length === 0;
  return (
    <Stack gap="sm">
      {isFine && (
        <Alert color="teal" icon={<IconCheck aria-hidden />} title="All stored records fit" role="status">
          {indexText(built, dropped)}
        </Alert>
      )}
      {breaking && breaking.count > 0 && (
        <Problem title={`${countOf(breaking.count, 'stored record violates', 'stored records violate')} the schema`}>
          <BrokenRecords collection={name} ids={breaking.ids} schema={schema} />
          {breaking.count > breaking.ids.length && (
            <Text size="sm">The first {breaking.ids.length} of them can be shown.</Text>
          )}
        </Problem>
      )}
      {dangling.map(({ path, collection, count, ids }) => (
        <Problem key={path} title={`${countOf(count, 'value')} of ${path} lead to no record of ${collection}`}>
          <Records collection={name} ids={ids} />
        </Problem>
      ))}
      {duplicates.map(({ index, count, samples }) => (
        <Problem
          key={index}
          title={`${countOf(count, 'value of', 'values of')} ${index} ${count === 1 ? 'is' : 'are'} not unique`}
        >
          <List size="sm" spacing="xs">
            {samples.map(({ values, ids }, position) => (
              <List.Item key={position}>
                <Code>{valuesText(values)}</Code> in {ids.length} records: <Records collection={name} ids={ids} />
              </List.Item>
            ))}
          </List>
        </Problem>
      ))}
      {warnings.map(({ pointer, detail }) => (
        <Problem key={pointer} title="Without effect">
          <Code>{pointer}</Code> {detail}
        </Problem>
      ))}
    </Stack>
  );
}

function Problem({ title, children }: { title: string; children: ReactNode }): ReactNode {
  return (
    <Alert
      variant="default"
      icon={<IconAlertTriangle aria-hidden color="var(--mantine-color-orange-6)" />}
      title={title}
    >
      {children}
    </Alert>
  );
}

function Records({ collection, ids }: { collection: string; ids: readonly string[] }): ReactNode {
  return (
    <List size="sm">
      {ids.map((id) => (
        <List.Item key={id}>
          <RecordLink collection={collection} id={id} />
        </List.Item>
      ))}
    </List>
  );
}

function valuesText(values: readonly unknown[]): string {
  return values.map((value) => previewOf(value, 100).text).join(', ');
}

function isKnown({ indexes }: CollectionView, path: string): boolean {
  return indexes.some((index) => index.path === path);
}

function indexText(built: number, dropped: number): string {
  const parts = [
    built > 0 && `${countOf(built, 'index is', 'indexes are')} built in the background`,
    dropped > 0 && `${countOf(dropped, 'index is', 'indexes are')} dropped`,
  ].filter((part) => typeof part === 'string');
  return parts.length > 0 ? `${parts.join(', and ')}.` : 'The change can be saved.';
}
