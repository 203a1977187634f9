import { Anchor, Code, Group, List, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';

import { prefix } from '../../page.js';
import type { Problem } from './problem.js';

/** The text of an error, each invalid place, and what to do. `children` are buttons beside the link. */
export function ProblemDetails({ problem, children }: { problem: Problem; children?: ReactNode }): ReactNode {
  const { title, text, places, more, section, traceId } = problem;
  return (
    <Stack gap="xs">
      <Text size="sm">{text}</Text>
      {places.length > 0 && (
        <List size="sm">
          {places.map(({ pointer, detail }, index) => (
            <List.Item key={index}>
              <Code>{pointer}</Code> {detail}
            </List.Item>
          ))}
          {more > 0 && <List.Item>and {more} more</List.Item>}
        </List>
      )}
      <Group gap="md">
        {children}
        {section !== undefined && (
          <Anchor size="sm" href={`${prefix}/docs/${section}`} target="_blank">
            What to do about {title}
          </Anchor>
        )}
        {traceId && (
          <Text size="xs" c="dimmed">
            Trace {traceId}
          </Text>
        )}
      </Group>
    </Stack>
  );
}
