import { Button, Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';

import { useCollections } from '../../api/collections.js';
import { JsonEditor } from '../../ui/json-editor.js';
import { jsonOf } from '../../values/parse-json.js';
import { indentJson } from './indent-json.js';
import { spanAt } from './json-spans.js';
import { completions } from './schema-keywords.js';
import { lintSchema } from './schema-lint.js';

/** Number of problems that are marked in the text. */
const MARKED = 50;

/** Edits a schema as JSON, and marks what is wrong in it. */
export function SchemaJson({
  text,
  onChange,
  isReadOnly = false,
}: {
  text: string;
  onChange(text: string): void;
  isReadOnly?: boolean;
}): ReactNode {
  const { data: collections = [] } = useCollections();
  const names = new Set(collections.map(({ name }) => name));
  return (
    <>
      <JsonEditor
        label="The schema as JSON"
        value={isReadOnly && jsonOf(text) !== undefined ? indentJson(text) : text}
        // A text that was set is no edit: after a save, it would become one.
        onChange={(next) => !isReadOnly && next !== text && onChange(next)}
        isReadOnly={isReadOnly}
        completions={completions}
        minHeight="20rem"
        lint={(valid) =>
          lintSchema(JSON.parse(valid), names)
            .slice(0, MARKED)
            .map(({ pointer, severity, message }) => ({
              ...(spanAt(valid, pointer) ?? { from: 0, to: 0 }),
              severity,
              message,
            }))
        }
      />
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          JSON Schema 2020-12, or draft 7. The text is stored as it is. Ctrl-Space completes keywords.
        </Text>
        {!isReadOnly && (
          <Button size="xs" variant="default" onClick={() => jsonOf(text) !== undefined && onChange(indentJson(text))}>
            Indent
          </Button>
        )}
      </Group>
    </>
  );
}
