import type { ReactNode } from 'react';
import { Link } from 'wouter';

import type { Column } from '../../../columns/columns.js';
import { recordPath } from '../../../labels/paths.js';
import { useSession } from '../../../session/session.js';
import { Time } from '../../../ui/time/time.js';
import { previewOf } from '../../../values/preview.js';
import { shorten } from '../../../values/shorten.js';
import { targetsOf } from './reference-targets.js';

/** Links of a list of references that are shown in a cell. */
const LINKS = 3;

/** Shows a value in a cell, shortened. */
export function CellText({
  value,
  column,
  expanded,
  tabIndex,
}: {
  value: unknown;
  column: Column;
  /** The records to which the reference leads, as far as they were read. */
  expanded: unknown;
  /** Whether the links in the cell can be reached by Tab. */
  tabIndex: 0 | -1;
}): ReactNode {
  const { may } = useSession();
  if (value === undefined) return null;
  if (value === null) return <span className="grid-null">null</span>;
  if (column.target !== undefined && may('records:read', column.target)) {
    const targets = targetsOf(value, column.target, expanded);
    if (targets.length > 0)
      return (
        <>
          {targets.slice(0, LINKS).map(({ collection, id, label }, index) => (
            <Link
              key={index}
              className="grid-link grid-reference"
              href={recordPath(collection, id)}
              tabIndex={tabIndex}
              title={`${collection} ${id}`}
            >
              {label}
            </Link>
          ))}
          {targets.length > LINKS && `and ${targets.length - LINKS} more`}
        </>
      );
  }
  if (typeof value === 'string' && column.names.length === 0 && column.type === 'dateTime') return <Time at={value} />;
  return typeof value === 'string' ? shorten(value) : previewOf(value, 120).text;
}
