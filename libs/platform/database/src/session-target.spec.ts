import { expect, it } from 'vitest';

import { SessionState } from './session-target.js';
import type { SessionTarget } from './session-target.js';

const stateOf = (standby: string, readOnly: string): SessionState => {
  const state = new SessionState();
  state.record('in_hot_standby', standby);
  state.record('default_transaction_read_only', readOnly);
  state.record('TimeZone', 'on');
  return state;
};
const PRIMARY = stateOf('off', 'off');
const READ_ONLY_PRIMARY = stateOf('off', 'on');
const STANDBY = stateOf('on', 'off');

it.each<[SessionTarget, boolean, boolean, boolean]>([
  ['any', true, true, true],
  ['read-write', true, false, false],
  ['read-only', false, true, true],
  ['primary', true, true, false],
  ['standby', false, false, true],
])('%s takes a primary (%s), a read-only primary (%s), a standby (%s)', (target, ...expected) => {
  const accepted = [PRIMARY, READ_ONLY_PRIMARY, STANDBY].map((state) => state.problem(target) === undefined);
  expect(accepted).toEqual(expected);
});

it('is an error if the server does not report what it is', () => {
  expect(new SessionState().problem('read-write')?.message).toMatch(/does not report in_hot_standby/);
  expect(new SessionState().problem('any')).toBeUndefined();
});
