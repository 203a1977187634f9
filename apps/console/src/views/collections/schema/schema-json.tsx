import { Box, Button, Code, Group, List, Text } from '@mantine/core';
import { useMemo } from 'react';
import type { ReactNode } from 'react';

import { useCollections } from '../../../api/collections.js';
import { JsonEditor } from '../../../ui/json/json-editor.js';
import { indentJson } from '../../../values/indent-json.js';
import { spanAt } from '../../../values/json-spans.js';
import { jsonOf } from '../../../values/parse-json.js';
import { shorten } from '../../../values/shorten.js';
import { completions } from './schema-keywords.js';
import { lintSchema } from './schema-lint.js';
import type { SchemaProblem } from './schema-lint.js';

/** Number of problems that are marked in the text, and of those that are listed below it. */
const MARKED = 50;
const LISTED = 5;

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
  const names = useMemo(() => new Set(collections.map(({ name }) => name)), [collections]);
  const problems = useMemo(() => {
    const schema = jsonOf(text);
    return schema === undefined ? null : lintSchema(schema, names);
  }, [text, names]);
  return (
    <>
      <JsonEditor
        label="The schema as JSON"
        value={isReadOnly && jsonOf(text) !== undefined ? indentJson(text) : text}
        onChange={onChange}
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
      {!isReadOnly && <Problems problems={problems} />}
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

/** Lists problems, because marks in the text explain them only to users with a mouse. Null stands for invalid JSON. */
function Problems({ problems }: { problems: readonly SchemaProblem[] | null }): ReactNode {
  return (
    <Box role="status">
      {problems === null && <Text size="sm">The text is not valid JSON, so it cannot be saved.</Text>}
      {problems && problems.length > 0 && (
        <List size="sm">
          {problems.slice(0, LISTED).map(({ pointer, message }) => (
            <List.Item key={`${pointer} ${message}`}>
              {pointer !== '' && <Code>{shorten(pointer)}</Code>} {shorten(message)}
            </List.Item>
          ))}
          {problems.length > LISTED && <List.Item>and {problems.length - LISTED} more</List.Item>}
        </List>
      )}
    </Box>
  );
}
