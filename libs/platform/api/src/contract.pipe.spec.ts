import 'reflect-metadata';

import { Allow, IsString } from 'class-validator';
import { describe, expect, it } from 'vitest';

import { HavenError } from '@haven/kernel';

import { ContractPipe } from './contract.pipe.js';
import { Expose, Input } from './expose.js';

@Input('Changes', 'Changes of a thing.')
class ChangesInput {
  @Expose('Name.', { optional: true })
  @IsString()
  name?: string;

  @Expose('Note; null clears it.', { as: String, optional: true, nullable: true })
  @Allow()
  note?: string | null;
}

@Input('Options', 'Options, all of them with a default.', { mayBeAbsent: true })
class OptionsInput extends ChangesInput {}

const pipe = new ContractPipe();

function problems(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    if (error instanceof HavenError) return error.extras.errors?.map(({ pointer }) => pointer);
    throw error;
  }
}

const body = (value: unknown, metatype = ChangesInput) =>
  problems(() => pipe.transform(value, { type: 'body', metatype }));
const argument = (value: unknown, metatype = ChangesInput) =>
  problems(() => pipe.transform(value, { type: 'body', metatype, data: 'input' }));

describe('null', () => {
  it('is refused in a member that does not allow it, in both APIs', () => {
    expect(body({ name: null, note: null })).toEqual(['/name']);
    expect(argument({ name: null })).toEqual(['/name']);
    expect(body({ note: null })).toEqual({ note: null });
  });

  it('is not a body', () => {
    for (const value of [null, undefined, 5, 'x', []]) expect(body(value), JSON.stringify(value)).toEqual(['']);
  });

  it('stands for an optional input of GraphQL, but not for the optional body of a request, which is absent', () => {
    expect(argument(null, OptionsInput)).toEqual({});
    expect(body(undefined, OptionsInput)).toEqual({});
    expect(body(null, OptionsInput)).toEqual(['']);
  });
});

it.each(['a\0b', '\ud800'])('text that cannot be stored is refused in a path: %j', (text) => {
  expect(problems(() => pipe.transform(text, { type: 'param', metatype: String, data: 'id' }))).toEqual(['/id']);
});
