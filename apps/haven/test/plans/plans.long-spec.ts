import { randomUUID } from 'node:crypto';

import { beforeAll, beforeEach, describe } from 'vitest';

import { startHaven } from '../support/haven.js';
import { changePlans } from './change-plans.js';
import { fillMillion } from './million-records.js';
import { recordPlans } from './record-plans.js';

const haven = startHaven([
  'database.statementTimeout=60s',
  'audit.checkpointInterval=24h',
  'audit.checkpointEvents=100000',
]);
let tenant: string;

beforeAll(async () => {
  haven.tenant = tenant = randomUUID();
  await fillMillion(haven);
}, 600_000);

beforeEach(() => {
  haven.tenant = tenant;
});

describe('records', () => {
  recordPlans(haven);
});
describe('changes', () => {
  changePlans(haven);
});
