import 'reflect-metadata';

import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import { describe, expect, it } from 'vitest';

import { ContractPipe } from '@haven/api';

import { DeclaredInputGuard, IgnoresUndeclaredInput } from './declared-input.guard.js';

@Controller()
class Routes {
  @Post()
  nothing(): void {}

  @Get()
  named(@Query('name') _name: string): void {}

  @Get()
  whole(@Query() _query: object): void {}

  @Post()
  body(@Body() _body: object): void {}
}

@IgnoresUndeclaredInput()
@Controller()
class Lenient {
  @Get()
  nothing(): void {}
}

const guard = new DeclaredInputGuard();

function request(
  handler: object,
  input: { query?: object; headers?: object; controller?: object } = {},
): () => boolean {
  const { query = {}, headers = {}, controller = Routes } = input;
  const context = {
    getType: () => 'http',
    getClass: () => controller,
    getHandler: () => handler,
    switchToHttp: () => ({ getRequest: () => ({ query, headers }) }),
  };
  return () => guard.canActivate(context as unknown as ExecutionContext);
}

const { nothing, named, whole, body } = Routes.prototype;
const BODY = { headers: { 'content-length': '2' } };

describe('a handler that declares nothing', () => {
  it('accepts requests without parameters and body', () => {
    expect(request(nothing)()).toBe(true);
    expect(request(nothing, { headers: { 'content-length': '0' } })()).toBe(true);
  });

  it('accepts no parameter', () => {
    expect(request(nothing, { query: { surprise: '1' } })).toThrow(
      '/surprise: `surprise` is unknown; none are allowed.',
    );
  });

  it('accepts no body', () => {
    expect(request(nothing, BODY)).toThrow('This operation accepts no request body');
    expect(request(nothing, { headers: { 'transfer-encoding': 'chunked' } })).toThrow(
      'This operation accepts no request body',
    );
  });
});

it('accepts parameters that are declared by name, and no others', () => {
  expect(request(named, { query: { name: 'x' } })()).toBe(true);
  expect(request(named, { query: { name: 'x', surprise: '1' } })).toThrow(
    '/surprise: `surprise` is unknown; allowed are: name.',
  );
});

it('leaves parameters that a class declares to the pipe, which rejects all if the class declares none', () => {
  const query = { surprise: '1' };
  expect(request(whole, { query })()).toBe(true);
  expect(() => new ContractPipe().transform(query, { type: 'query', metatype: Object })).toThrow('/surprise');
  expect(() => new ContractPipe().transform(query, { type: 'query' })).toThrow('/surprise');
});

it('accepts a declared body', () => {
  expect(request(body, BODY)()).toBe(true);
});

it('lets a controller ignore undeclared input', () => {
  const handler = Lenient.prototype.nothing;
  expect(request(handler, { controller: Lenient, query: { verbose: '' }, ...BODY })()).toBe(true);
});
