import { useDebouncedValue } from '@mantine/hooks';
import { useMemo } from 'react';

import type { Data } from '../api/types.js';
import { isLarge } from '../values/document-size.js';
import { checkDocument } from './check-document.js';
import type { FieldError } from './field-errors.js';

const NONE: readonly FieldError[] = [];

/** Returns where a document violates a schema, shortly after it was changed. Large documents are left to the server. */
export function useDocumentErrors(schema: Readonly<Data> | null | undefined, document: Data): readonly FieldError[] {
  const [checked] = useDebouncedValue(document, 250);
  return useMemo(() => (isLarge(checked) ? NONE : checkDocument(schema, checked)), [schema, checked]);
}
