export { ChangesReader } from './application/changes-reader.js';
export type { NumberedChange } from './application/changes-reader.js';
export { ChangeView } from './application/changes.contract.js';
export { FeedPositions } from './application/feed-positions.js';
export { ChangeSelection } from './application/selection.js';
export { ChangesModule } from './changes.module.js';
