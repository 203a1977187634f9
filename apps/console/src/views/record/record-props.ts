import type { CollectionView, RecordView } from '../../api/types.js';
import type { Draft } from '../../edits/drafts/draft.js';

/** The properties of the parts of a record's view. */
export interface RecordProps {
  collection: CollectionView;
  record: RecordView;
  /** The change of the record that was not applied yet. */
  draft: Draft | undefined;
}
