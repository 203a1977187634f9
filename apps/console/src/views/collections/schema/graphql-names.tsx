import { Code, List, Spoiler, Text } from '@mantine/core';
import type { ReactNode } from 'react';

import type { CollectionView } from '../../../api/types.js';

/** Shows the names that a collection has in GraphQL, and the parts of its schema that have no type there. */
export function GraphqlNames({ graphql }: Pick<CollectionView, 'graphql'>): ReactNode {
  const { type, one, many, untyped } = graphql;
  return (
    <>
      {type !== null && (
        <Text size="sm">
          In GraphQL: type <Code>{type}</Code>, fields <Code>{one}</Code> and <Code>{many}</Code>
        </Text>
      )}
      {untyped.length > 0 && (
        <Spoiler maxHeight={96} showLabel="Show all" hideLabel="Show less">
          <Text size="sm">Without a type in GraphQL:</Text>
          <List size="sm">
            {untyped.map(({ pointer, detail }) => (
              <List.Item key={pointer}>
                <Code>{pointer}</Code> {detail}
              </List.Item>
            ))}
          </List>
        </Spoiler>
      )}
    </>
  );
}
