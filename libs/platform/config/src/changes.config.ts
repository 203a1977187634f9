import { Between } from './between.js';
import { Setting } from './setting.js';
import { HOUR } from './units.js';

/** How clients follow the changes. */
export class ChangesConfig {
  @Setting('How long a stream of changes is silent at most before it says that it is still there.', {
    unit: 'milliseconds',
  })
  @Between(10, 15_000)
  declare readonly heartbeat: number;

  @Setting(
    'How long a client that follows the changes may take nothing of what is ready for it before it is cut off; it resumes from its last cursor.',
    { unit: 'milliseconds' },
  )
  @Between(100, HOUR)
  declare readonly stallTimeout: number;
}
