import { expect, it } from 'vitest';

import { StartError } from '../start-error.js';
import { findConsole } from './console.js';

it('says what to do if the console is not built', () => {
  const error = new StartError('The console is not built: run npm run build, or set console.enabled=false.');
  expect(() => findConsole('/nowhere')).toThrow(error);
});
