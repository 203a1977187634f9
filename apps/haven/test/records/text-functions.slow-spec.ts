import { isDeepStrictEqual } from 'node:util';

import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { foldCase, parseInstant } from '@haven/query';
import { TEXT_FUNCTIONS } from '@haven/records';

import { describeWith, postgresPrograms } from '../support/programs.js';
import { startSystemPostgres } from '../support/system-postgres.js';
import { openTestDatabase } from '../support/test-database.js';

interface Database {
  client: pg.Client;
  close(): Promise<unknown>;
}

describe('text functions of the test server', () => {
  testTextFunctions(async () => {
    const { owner, drop } = await openTestDatabase();
    return { client: owner, close: drop };
  });
});

describeWith('pg-clients', 'text functions of the installed PostgreSQL', () => {
  testTextFunctions(async () => {
    const server = await startSystemPostgres(postgresPrograms ?? '');
    const client = new pg.Client({ connectionString: server.url() });
    await client.connect();
    await client.query(`CREATE SCHEMA haven; ${TEXT_FUNCTIONS}`);
    return { client, close: () => client.end().then(() => server.stop()) };
  });
});

/** The code points of the planes in which Unicode assigns characters, two planes at a time. */
const ASSIGNED = [0x0, 0x20000, 0xe0000].map((start) => Array.from({ length: 0x20000 }, (_, index) => start + index));

/** Some of all code points, also of the planes without characters. */
const SAMPLE = Array.from({ length: 0x110000 / 61 }, (_, index) => index * 61);

function testTextFunctions(open: () => Promise<Database>): void {
  let database: Database;

  beforeAll(async () => {
    database = await open();
  });

  afterAll(() => database.close());

  /** Returns the results of a function for several texts. */
  async function results<T>(name: string, texts: readonly string[]): Promise<T[]> {
    const { rows } = await database.client.query<{ result: T }>(
      `SELECT ${name}(text) AS result FROM unnest($1::text[]) WITH ORDINALITY AS texts (text, place) ORDER BY place`,
      [texts],
    );
    return rows.map(({ result }) => result);
  }

  it('fold every character as in memory', async () => {
    for (const points of [...ASSIGNED, SAMPLE]) {
      const texts = points
        .filter((point) => point > 0 && (point < 0xd800 || point > 0xdfff))
        .map((point) => String.fromCodePoint(point));
      const folded = await results<string>('haven.fold_case', texts);
      expect(texts.filter((text, index) => folded[index] !== foldCase(text))).toEqual([]);
      // All characters together have more capital letters than are replaced at once.
      if (points === ASSIGNED[0])
        expect(await results('haven.fold_case', [texts.join('')])).toEqual([foldCase(texts.join(''))]);
    }
  });

  it('fold texts as in memory', async () => {
    const letters = fc.constantFrom(...'aAzZéÉßẞſKKİıΣσςЖж\u{10400}\u{10428}😀東 \\%_'.normalize('NFC'));
    const texts = fc.sample(fc.string({ unit: letters, maxLength: 200 }), 2_000);
    expect(await results('haven.fold_case', texts)).toEqual(texts.map(foldCase));
  });

  it('read date-times as in memory', async () => {
    const texts = [...fc.sample(almostDateTime, 20_000), ...longTexts];
    const instants = await results<[seconds: number, nanos: number] | null>('haven.instant', texts);
    const differing = texts.flatMap((text, index) => {
      const inMemory = parseInstant(text);
      const expected = inMemory && [inMemory.seconds, inMemory.nanos];
      return isDeepStrictEqual(instants[index], expected)
        ? []
        : [{ text: text.slice(0, 100), inSql: instants[index], expected }];
    });
    expect(differing).toEqual([]);
    const valid = texts.filter((text) => parseInstant(text)).length;
    expect(valid).toBeGreaterThan(300);
    expect(valid).toBeLessThan(19_000);
  });
}

const twoDigits = (...values: string[]) => fc.constantFrom(...values);
const almostDateTime = fc
  .tuple(
    twoDigits('0000', '0001', '1600', '1900', '1970', '2000', '2023', '2024', '9999', '99', '10000', '-001'),
    twoDigits('-'),
    twoDigits('00', '01', '02', '02', '03', '04', '06', '09', '11', '12', '13'),
    twoDigits('-', '-', '-', '-', '/'),
    twoDigits('00', '01', '15', '28', '29', '29', '30', '31', '32'),
    twoDigits('T', 'T', 'T', 't', ' ', ' ', '  ', '_', '\n'),
    twoDigits('00', '09', '22', '23', '23', '24'),
    twoDigits(':'),
    twoDigits('00', '30', '59', '59', '60'),
    twoDigits(':'),
    twoDigits('00', '01', '59', '60', '60', '61'),
    twoDigits(
      '',
      '',
      '',
      '.',
      '.0',
      '.5',
      '.123456789',
      '.000000001',
      '.9999999999',
      ',5',
      '.5.5',
      '.५',
      `.${'9'.repeat(40)}`,
    ),
    twoDigits(
      'Z',
      'Z',
      'z',
      '+00:00',
      '-00:00',
      '+01:00',
      '-05:30',
      '+23:59',
      '-23:59',
      '+24:00',
      '+01:60',
      '+0100',
      '+01',
      '',
      'UTC',
      'Z\n',
      ' Z',
    ),
  )
  .map((parts) => parts.join(''));
const longTexts = [
  `2024-01-01T00:00:00.${'1'.repeat(1_000_000)}Z`,
  `2024-01-01T00:00:00.${'1'.repeat(1_000_000)}`,
  `2024-01-01T00:00:00Z${'é'.repeat(1_000_000)}`,
  '2'.repeat(1_000_000),
  '',
];
