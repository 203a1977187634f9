import { Button, Code } from '@mantine/core';
import { IconExternalLink } from '@tabler/icons-react';
import type { ReactNode } from 'react';

import { prefix } from '../../page.js';
import { CopyButton } from '../../ui/buttons/copy-button.js';
import { ExampleCard } from './example-card.js';
import type { GraphqlExample } from './graphql-documents.js';

/** A GraphQL document, which can be opened in the IDE. */
export function GraphqlItem({ example: { title, document } }: { example: GraphqlExample }): ReactNode {
  const actions = (
    <>
      <Button
        component="a"
        size="xs"
        variant="default"
        href={`${prefix}/graphql?${new URLSearchParams({ query: document })}`}
        target="_blank"
        leftSection={<IconExternalLink size={14} />}
        aria-label={`Open in the IDE: ${title}`}
      >
        Open in the IDE
      </Button>
      <CopyButton text={document} />
    </>
  );
  return (
    <ExampleCard title={title} actions={actions}>
      <Code block tabIndex={0} mah="20rem">
        {document}
      </Code>
    </ExampleCard>
  );
}
