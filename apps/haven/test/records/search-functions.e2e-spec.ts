import { randomUUID } from 'node:crypto';

import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { KEY_FUNCTIONS, SEARCH_FUNCTIONS, TEXT_FUNCTIONS } from '@haven/records';

import { at } from '../support/process.js';
import { openTestDatabase } from '../support/test-database.js';
import type { TestDatabase } from '../support/test-database.js';

/** A database whose locale has no characters outside ASCII. */
let database: TestDatabase;
/** A database on the same server whose locale has them. */
let other: { name: string; client: pg.Client };

beforeAll(async () => {
  database = await openTestDatabase();
  const name = `haven_locale_${randomUUID().replaceAll('-', '')}`;
  await database.owner.query(
    `CREATE DATABASE ${name} TEMPLATE template0 LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'`,
  );
  const url = new URL(at(database.address).DATABASE_URL);
  url.pathname = `/${name}`;
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  await client.query(`CREATE SCHEMA haven; ${TEXT_FUNCTIONS}; ${KEY_FUNCTIONS}; ${SEARCH_FUNCTIONS}`);
  other = { name, client };
});
afterAll(async () => {
  await other?.client.end();
  if (other) await database.owner.query(`DROP DATABASE ${other.name}`);
  await database?.drop();
});

const PATHS = [['title'], ['body'], ['tags'], ['more', 'text'], ['more']];
const LANGUAGES = ['simple', 'english', 'russian', 'turkish', 'greek', 'arabic'];
const definitionOf = (language: string, id = 2 ** 31 - 1) => JSON.stringify({ id, paths: PATHS, language });

/** Returns the document of a record as text. */
async function documentOf(data: unknown, language = 'simple', id?: number, client: pg.Client = database.owner) {
  const { rows } = await client.query<{ document: string }>('SELECT haven.search_document($1, $2)::text AS document', [
    definitionOf(language, id),
    JSON.stringify(data),
  ]);
  return rows[0]?.document ?? '';
}

interface Term {
  text: string;
  as: 'word' | 'prefix' | 'phrase';
  excluded?: boolean;
}

/** Returns whether a record matches terms. */
async function matches(data: unknown, terms: readonly Term[], language = 'simple'): Promise<boolean> {
  const { rows } = await database.owner.query<{ matches: boolean }>(
    'SELECT haven.search_document($1, $2) @@ haven.search_query(77, $3, $4) AS matches',
    [
      definitionOf(language, 77),
      JSON.stringify(data),
      language,
      JSON.stringify(terms.map((term) => ({ excluded: false, ...term }))),
    ],
  );
  return rows[0]?.matches ?? false;
}

const word = (text: string): Term => ({ text, as: 'word' });

/** Texts of letters, marks, separators and syntax that mean something to one of the parsers on the way. */
const nasty = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...'abcÉéßẞſKİıΣσςЖж東京かカกั\u0301\u0308\u200d\ufe0f\u00ad\u2014\u3000\u00a0ﷺ½²₂Ⅷ١😀👨\u0001\u0002\t\n\'"\\:*&|!<>()-_/@.,%$#',
      ),
      fc.constantFrom(
        'the ',
        'running ',
        '<b>',
        '&amp;',
        "it's",
        'http://a.b/c?d=e',
        'a@b.co',
        '-3.14e-5',
        "':1A ",
        '\\',
      ),
      fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\0', '')),
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join('').toWellFormed());

describe('the document of a record', () => {
  it('is made of any text in any language, has only lexemes of its index, and is the same in every locale', async () => {
    const texts = fc.sample(nasty, 300);
    for (const language of LANGUAGES) {
      const select = `
SELECT text, haven.search_document($2, jsonb_build_object('title', text, 'tags', jsonb_build_array(1, text)))::text AS document
FROM unnest($1::text[]) AS text`;
      const values = [texts, definitionOf(language, 26)];
      const { rows } = await database.owner.query<{ text: string; document: string }>(select, values);
      expect(rows.map(({ document }) => document.split(' ').find((part) => part && !part.startsWith("'1a/")))).toEqual(
        texts.map(() => undefined),
      );
      expect((await other.client.query(select, values)).rows).toEqual(rows);
    }
  });

  it('is limited, whatever the text', async () => {
    const letters = [...'abcdefghijklmnopqrstuvwxyz0123456789'];
    const short = letters.flatMap((a) => letters.flatMap((b) => letters.map((c) => a + b + c))).join(' ');
    const range = (from: number, to: number, joint: string) =>
      Array.from({ length: to - from }, (_, n) => String.fromCodePoint(from + n)).join(joint);
    const two = [...range(0x400, 0x460, '')].flatMap((a) => [...range(0xac00, 0xae00, '')].map((b) => a + b)).join(' ');
    const texts = {
      short: short.repeat(6),
      two,
      han: range(0x4e00, 0x9fff, '').repeat(4),
      rare: range(0x20000, 0x30000, '') + range(0x4e00, 0x9fff, ''),
      hangul: range(0xac00, 0xd7a3, ' ').repeat(5),
      growing: '\ufdfa'.repeat(100_000),
      marks: `a${'\u0301'.repeat(300_000)}`,
      long: `${'x'.repeat(3_000)} ${'ж'.repeat(2_500)} ${'x'.repeat(300_000)}`,
      same: 'word '.repeat(200_000),
    };
    for (const [name, text] of Object.entries(texts)) {
      for (const data of [{ title: text }, { tags: text.match(/.{1,5000}/gsu), more: { text, other: [[text]] } }]) {
        const { rows } = await database.owner.query<{ lexemes: number; bytes: number }>(
          'SELECT length(d) AS lexemes, pg_column_size(d) AS bytes FROM haven.search_document($1, $2) AS d',
          [definitionOf('english'), JSON.stringify(data)],
        );
        expect(rows[0]?.lexemes, name).toBeGreaterThan(0);
        expect(rows[0]?.lexemes, name).toBeLessThanOrEqual(40_000);
        expect(rows[0]?.bytes, name).toBeLessThan(2 ** 20 + 4 * 40_000);
      }
    }
  });

  it.each([
    ['one byte', 'x'],
    ['two bytes', 'é'],
    ['three bytes', 'ק\u0301ẞ'],
    ['four bytes', '𐐨'],
  ])('ends after 256 KiB, before a character of %s that does not fit', async (_, character) => {
    for (let before = 262_140; before <= 262_144; before++) {
      const text = `${'- '.repeat(before / 2)}${before % 2 === 0 ? '' : '-'}${character.repeat(3)}`;
      const fitting = Math.min(3 * character.length, Math.floor((262_144 - before) / Buffer.byteLength(character)));
      const document = await documentOf({ title: text });
      expect([...document.replace(/^'7fffffff\/|':.*$/g, '')].length >= fitting, `${before}`).toBe(true);
      expect(document).not.toContain('\ufffd');
    }
    expect(await documentOf({ title: '-'.repeat(262_144), body: 'after' })).toBe('');
    expect(await documentOf({ title: '-'.repeat(262_139), body: 'after' })).toBe("'7fffffff/after':11B");
  });

  it('contains all strings at the paths, and nothing else', async () => {
    const data = {
      title: 'One',
      tags: ['two', 3, ['four', { five: 'six' }]],
      more: { text: 'seven', 0: true },
      else: 'x',
    };
    const lexemes = (await documentOf(data)).match(/\/\w+/g);
    expect(lexemes).toEqual(['/four', '/one', '/seven', '/six', '/two']);
    expect(await documentOf({ title: { 0: 'a' }, body: null, tags: [], more: 7 })).toBe("'7fffffff/a':1A");
    for (const empty of [{}, { title: '' }, { title: '—!' }, { tags: [['']] }])
      expect(await documentOf(empty)).toBe('');
    const { rows } = await database.owner.query('SELECT haven.search_document($1, NULL)::text AS document', [
      definitionOf('simple'),
    ]);
    expect(rows).toEqual([{ document: '' }]);
  });

  it('gives the first three paths more weight', async () => {
    const data = { title: 'a', body: 'b', tags: 'c', more: { text: 'd' } };
    expect((await documentOf(data)).replaceAll(/7f+\/|\d/g, '')).toBe("'a':A 'b':B 'c':C 'd':,");
  });
});

describe('a query', () => {
  it('finds every word of a text, and every two that follow each other as a phrase', async () => {
    const letters = fc.constantFrom(...'aebÉéжЖ東กั١x\u0301');
    const words = fc.array(fc.string({ unit: letters, minLength: 1, maxLength: 6 }), { minLength: 2, maxLength: 8 });
    for (const list of fc.sample(words, 60)) {
      const body = list.join(fc.sample(fc.constantFrom(' ', '\n', '-', '/', '—', '、', '@', " '"), 1)[0]);
      const pairs = list.slice(1).map((next, index) => ({ text: `${list[index]} ${next}`, as: 'phrase' as const }));
      for (const text of [body, body.toUpperCase(), body.normalize('NFD')]) {
        expect(await matches({ body: text }, [...list.map(word), ...pairs]), text).toBe(true);
      }
    }
  });

  it.each<[string, unknown, Term[], boolean, string?]>([
    ['a word', 'The Dunes', [word('dune')], false],
    ['a stem', 'The Dunes', [word('dune')], true, 'english'],
    ['several words in any order', 'a b c', [word('c'), word('a')], true],
    ['a word that is missing', 'a b c', [word('a'), word('d')], false],
    ['an excluded word', 'a b c', [word('a'), { ...word('b'), excluded: true }], false],
    ['an excluded word that is missing', 'a b c', [word('a'), { ...word('d'), excluded: true }], true],
    ['a prefix', 'running', [{ text: 'runn', as: 'prefix' }], true],
    ['a prefix of a stem', 'running', [{ text: 'runn', as: 'prefix' }], false, 'english'],
    ['the start of a stop word', 'theory', [{ text: 'the', as: 'prefix' }], true, 'english'],
    ['a phrase with a prefix', 'bank of America', [{ text: 'bank of am', as: 'prefix' }], true, 'english'],
    ['a phrase', 'bank of America', [{ text: 'the bank of america', as: 'phrase' }], true, 'english'],
    ['a phrase without its stop word', 'bank of America', [{ text: 'bank america', as: 'phrase' }], false, 'english'],
    ['a phrase in another order', 'a b', [{ text: 'b a', as: 'phrase' }], false],
    ['a phrase across two strings', ['a', 'b'], [{ text: 'a b', as: 'phrase' }], false],
    ['an address', 'Mail me@example.com', [word('example.com')], true],
    ['a part of an address', 'See https://example.com/a', [word('example')], true],
    ['alternatives', 'and/or', [word('or')], true],
    ['words of Chinese', '我爱北京天安门', [word('北京')], true],
    ['words of Chinese that do not follow each other', '我爱北京天安门', [word('北天')], false],
    ['a name in another case', 'ΟΔΥΣΣΕΥΣ', [word('Οδυσσευς')], true],
    ['wide letters', 'ＡＢＣ', [word('abc')], true],
    ['stop words beside others', 'dune', [word('the'), word('dune')], true, 'english'],
    ['stop words only', 'the dune', [word('the')], false, 'english'],
    ['stop words, and an excluded word', 'the dune', [word('the'), { ...word('x'), excluded: true }], false, 'english'],
    ['punctuation only', '!', [word('!!')], false],
    ['excluded words only', 'a', [{ ...word('b'), excluded: true }], false],
    ['a word of 300 letters', 'a'.repeat(300), [word('a'.repeat(300))], true],
  ])('for %s', async (_, body, terms, expected, language) => {
    expect(await matches({ body }, terms, language)).toBe(expected);
  });

  it('is made of any text', async () => {
    for (const as of ['word', 'prefix', 'phrase']) {
      const terms = fc.sample(nasty, 100).map((text, index) => ({ text, as, excluded: index % 3 === 1 }));
      const { rows } = await database.owner.query(
        'SELECT language, haven.search_query(7, language, jsonb_build_array(term)) IS NOT NULL AS made FROM unnest($1::text[]) AS language, unnest($2::jsonb[]) AS term',
        [LANGUAGES, terms.map((term) => JSON.stringify(term))],
      );
      expect(rows.filter(({ made }) => !made)).toEqual([]);
    }
  });
});
