import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it, onTestFinished, vi } from 'vitest';

import { ArchiveReader } from '../../src/backup/archive-reader.js';
import { secondHaven, startHaven, testConfig } from '../support/haven.js';
import { parseExposition } from '../support/prometheus.js';
import type { Exposition } from '../support/prometheus.js';

const haven = startHaven();

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'haven-scheduled-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** Starts processes that make scheduled backups. Returns their URLs. */
async function schedule(directory: string, processes: number): Promise<string[]> {
  const settings = ['backup.every=1h', `backup.directory=${directory}`, 'backup.keep=2'];
  const started = await Promise.all(Array.from({ length: processes }, () => secondHaven(haven, settings)));
  onTestFinished(async () => {
    await Promise.all(started.map(({ app }) => app.close()));
  });
  return started.map(({ url }) => url);
}

async function scrapeAll(urls: string[]): Promise<Exposition[]> {
  const texts = urls.map(async (url) => (await fetch(`${url}/metrics`)).text());
  return (await Promise.all(texts)).map((text) => parseExposition(text));
}

const RUNS = 'haven_backup_runs_total';

it('makes backups in one process, which then removes old and unfinished files', async () => {
  const directory = await temporaryDirectory();
  const older = ['haven-20200101T000000Z.backup', 'haven-20200102T000000Z.backup', 'other.backup'];
  for (const name of [...older, 'haven-20200103T000000Z.backup.part']) await writeFile(join(directory, name), '');
  const urls = await schedule(directory, 2);
  await vi.waitFor(async () => expect(await readdir(directory)).not.toContain(older[0]), 10_000);
  const names = (await readdir(directory)).toSorted();
  expect(names).toEqual([older[1], expect.stringMatching(/^haven-20[3-9]\d{5}T|^haven-202[1-9]\d{4}T/), older[2]]);
  const archive = new ArchiveReader(join(directory, String(names[1])));
  expect((await archive.header()).tables).toContainEqual(expect.objectContaining({ name: 'settings' }));
  await archive.close();

  const scrapes = await scrapeAll(urls);
  const runs = scrapes.map((metrics) => metrics.value(RUNS, { haven_backup_result: 'complete' }));
  expect(runs.toSorted()).toEqual([0, 1]);
  const newest = scrapes.map((metrics) => metrics.value('haven_backup_newest_timestamp_seconds'));
  const [, year, month, day] = /^haven-(\d{4})(\d\d)(\d\d)/.exec(String(names[1])) ?? [];
  expect(new Date(Math.max(...newest) * 1_000).toISOString()).toMatch(`${year}-${month}-${day}T`);
  for (const metrics of scrapes) expect(metrics.value('haven_backup_interval_seconds')).toBe(3_600);
});

it('counts a backup that fails, and keeps the older ones', async () => {
  const directory = join(await temporaryDirectory(), 'missing');
  const [url = ''] = await schedule(directory, 1);
  await vi.waitFor(async () => {
    const [metrics] = await scrapeAll([url]);
    expect(metrics?.value(RUNS, { haven_backup_result: 'failed' })).toBe(1);
  }, 10_000);
});

it('requires a directory', () => {
  expect(() => testConfig(['backup.every=1h'])).toThrow(/backup\.every.* requires backup\.directory/s);
});
