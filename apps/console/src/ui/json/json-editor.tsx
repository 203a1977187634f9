import { lazy, Suspense } from 'react';
import type { ReactNode } from 'react';

import { Loading } from '../feedback/loading.js';
import type { JsonEditorProps } from './json-editor-view.js';

/** The editor takes a third of the console, so it is loaded only when it is shown. */
const View = lazy(() => import('./json-editor-view.js'));

/** Edits a JSON text, with checks against a JSON Schema. */
export function JsonEditor(props: JsonEditorProps): ReactNode {
  return (
    <Suspense fallback={<Loading what="Loading the editor…" />}>
      <View {...props} />
    </Suspense>
  );
}
