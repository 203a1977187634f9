import { Box, Grid, SegmentedControl, Stack } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useMemo, useState } from 'react';
import type { ReactNode } from 'react';

import type { Data } from '../api/types.js';
import { isLarge } from '../values/document-size.js';
import { DocumentForm } from './document-form.js';
import { DocumentJson } from './document-json.js';
import type { FieldError } from './field-errors.js';

type Side = 'form' | 'json';

interface DocumentEditorProps {
  schema: Readonly<Data> | null | undefined;
  value: Data;
  onChange(value: Data): void;
  errors?: readonly FieldError[];
  isReadOnly?: boolean;
}

/** Edits a document as a form and as JSON: side by side, or one of them if the page is narrow. */
export function DocumentEditor(props: DocumentEditorProps): ReactNode {
  const isWide = useMediaQuery('(min-width: 62em)', undefined, { getInitialValueInEffect: false });
  const isTooLarge = useMemo(() => isLarge(props.value), [props.value]);
  const [side, setSide] = useState<Side>('form');
  const isBoth = isWide && !isTooLarge;
  return (
    <Stack>
      {!isBoth && (
        <SegmentedControl<Side>
          aria-label="Edit as"
          data={[
            { value: 'form', label: 'Form' },
            { value: 'json', label: 'JSON' },
          ]}
          value={side}
          onChange={setSide}
        />
      )}
      <Grid gap="lg">
        {/* The form stays when it is hidden, so that it keeps what was typed but is not valid. */}
        <Grid.Col
          span={isBoth ? 6 : 12}
          component="section"
          aria-label="Form"
          display={isBoth || side === 'form' ? undefined : 'none'}
        >
          <DocumentForm {...props} />
        </Grid.Col>
        {(isBoth || side === 'json') && (
          <Grid.Col span={isBoth ? 6 : 12} component="section" aria-label="JSON">
            <Box pos="sticky" top={64}>
              <DocumentJson {...props} />
            </Box>
          </Grid.Col>
        )}
      </Grid>
    </Stack>
  );
}
