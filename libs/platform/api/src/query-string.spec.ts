import 'reflect-metadata';

import { IsBoolean, IsIn, IsString } from 'class-validator';
import { expect, it } from 'vitest';

import { HavenError } from '@haven/kernel';

import { ContractPipe } from './contract.pipe.js';
import { Expose } from './expose.js';
import { Json } from './json.scalar.js';
import { PageQuery } from './page.query.js';

class ListThingsQuery extends PageQuery {
  @Expose('JSON.', { as: Json, optional: true })
  filter?: unknown;

  @Expose('A flag.', { optional: true })
  @IsBoolean({ message: '$property must be true or false' })
  flag?: boolean;

  @Expose('A word.', { optional: true })
  @IsIn(['one', 'two'])
  word?: string;
}

class RequiredQuery {
  @Expose('Needed.')
  @IsString()
  needed!: string;
}

function read(query: object, metatype: new () => object = ListThingsQuery): unknown {
  return new ContractPipe().transform(query, { type: 'query', metatype });
}

function problems(query: object, metatype?: new () => object): unknown {
  try {
    read(query, metatype);
  } catch (error) {
    if (error instanceof HavenError) return error.extras.errors?.map(({ pointer, detail }) => [pointer, detail]);
  }
  return undefined;
}

it('reads each parameter as the type it is declared with', () => {
  const query = { limit: '7', after: '12', flag: 'false', word: 'two', filter: '{"a":[1,null]}' };
  const values = { limit: 7, after: '12', flag: false, word: 'two', filter: { a: [1, null] } };
  expect(read(query)).toEqual(Object.assign(new ListThingsQuery(), values));
});

it('has no members for absent parameters', () => {
  expect(Object.keys(read({}) as object)).toEqual([]);
});

it.each(['', '0', '-1', '01', '+1', '1.0', '1e2', ' 1', '1 ', '9999999999', 'NaN', 'x'])(
  'refuses the limit %j',
  (limit) => {
    expect(problems({ limit })).toEqual([['/limit', '`limit` must be an integer, 1 or more.']]);
  },
);

it.each(['', '1', 'TRUE', 'yes'])('refuses the flag %j', (flag) => {
  expect(problems({ flag })).toEqual([['/flag', '`flag` must be true or false.']]);
});

it('refuses a word that is not in the list', () => {
  expect(problems({ word: 'three' })).toEqual([['/word', '`word` must be one of the following values: one, two.']]);
});

it('reports all unknown and repeated parameters at once', () => {
  expect(problems({ limt: '1', limit: ['1', '2'], word: '' })).toEqual([
    ['/limt', '`limt` is unknown; allowed are: limit, after, before, filter, flag, word.'],
    ['/limit', '`limit` must be given once.'],
    ['/word', '`word` must be one of the following values: one, two.'],
  ]);
});

it('refuses the same JSON as in a body', () => {
  expect(() => read({ filter: '' })).toThrow(HavenError);
  expect(() => read({ filter: '{"a":1,"a":2}' })).toThrow(HavenError);
});

it('reports a missing required parameter of an empty query', () => {
  expect(problems({}, RequiredQuery)).toEqual([['/needed', '`needed` must be a string.']]);
});
