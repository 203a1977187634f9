import type { ReactNode } from 'react';

import { Empty } from '../ui/feedback/empty.js';
import { PageHeader } from '../ui/layout/page-header.js';
import { useSession } from './session.js';

interface MissingScopeProps {
  /** Title of the view. */
  view: string;
  /** Says which action the caller may not take, such as `You may not see webhooks`. */
  title: string;
  /** The scopes of which the caller needs one. */
  scopes: readonly string[];
  /** The collection for which the scope is needed; undefined if the view needs it for all. */
  collection?: string;
  /** Names actions that the caller may take instead. */
  children?: ReactNode;
}

/** Stands in for a view that the caller may not see, and says which scope is missing. */
export function MissingScope({ view, title, scopes, collection, children }: MissingScopeProps): ReactNode {
  const { may } = useSession();
  const isRestricted = scopes.some((scope) => may(scope));
  const needed = scopes.length === 1 ? `the scope ${scopes[0]}` : `one of the scopes ${scopes.join(', ')}`;
  return (
    <>
      <PageHeader title={view} />
      <Empty title={title}>
        {isRestricted
          ? `The key is restricted to ${collection === undefined ? 'some' : 'other'} collections.`
          : `The key needs ${needed}.`}
        {children}
      </Empty>
    </>
  );
}
