import { expect, it } from 'vitest';

import { ImportControl } from './import-control.js';

it('stops an import, which waits until it continues with another signal', async () => {
  const control = new ImportControl();
  await control.whenRunning();
  const { signal } = control;
  control.stop();
  expect(signal.aborted).toBe(true);
  const steps: string[] = [];
  const waiting = control.whenRunning().then(() => steps.push('running'));
  steps.push('continued');
  control.continue();
  await waiting;
  expect(steps).toEqual(['continued', 'running']);
  expect(control.signal.aborted).toBe(false);
});

it('ends an import that runs or is stopped', async () => {
  for (const isStopped of [false, true]) {
    const control = new ImportControl();
    if (isStopped) control.stop();
    const waiting = control.whenRunning();
    control.end();
    if (isStopped) await expect(waiting).rejects.toThrow('ended');
    await expect(control.whenRunning()).rejects.toThrow('ended');
  }
});
