import type { RecordView } from '@haven/records';

import type { FieldErrors } from './field-errors.js';
import type { Location } from './location.js';
import { ObjectWriter } from './object-writer.js';
import type { Link, Parent, Relations } from './object-writer.js';
import type { Output } from './output.js';
import { PageWriter } from './page-writer.js';
import type { PendingCount } from './page-writer.js';
import type { ObjectPlan, ReferencePlan, ReferrersPlan } from './plan.js';

/** The records that are written together, and what is read for them afterwards. */
export class Level implements Relations {
  readonly references = new Map<ReferencePlan, Link[]>();
  readonly referrers = new Map<ReferrersPlan, Parent[]>();
  readonly counts: PendingCount[] = [];
  readonly records: ObjectWriter;
  readonly pages: PageWriter;

  constructor(errors: FieldErrors) {
    this.records = new ObjectWriter(errors, this);
    this.pages = new PageWriter(this.records, this.counts);
  }

  addReference(plan: ReferencePlan, link: Link): void {
    append(this.references, plan, link);
  }

  addReferrers(plan: ReferrersPlan, parent: Parent): void {
    append(this.referrers, plan, parent);
  }

  related(out: Output, plan: ObjectPlan, view: RecordView | null | Error, location: Location): void {
    if (view === null || view instanceof Error) out.add('null');
    else this.records.record(out, plan, view, location);
  }
}

function append<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}
