import 'reflect-metadata';

import { applyDecorators } from '@nestjs/common';
import { FASTIFY_ROUTE_CONFIG_METADATA } from '@nestjs/platform-fastify/constants.js';
import { expect, it } from 'vitest';

import { Operation } from './operation.decorator.js';
import { SuccessHeaders } from './operation-responses.js';
import { Public, RequestCost } from './route.decorators.js';

/** Returns the metadata of a method with the given decorators, the last of which is directly above the method. */
function metadataOf(...decorators: MethodDecorator[]): Record<string, any> {
  class Things {
    list(): void {}
  }
  const descriptor = Object.getOwnPropertyDescriptor(Things.prototype, 'list') as PropertyDescriptor;
  applyDecorators(...decorators.toReversed())(Things.prototype, 'list', descriptor);
  const keys = Reflect.getMetadataKeys(Things.prototype.list).filter((key) => typeof key === 'string');
  return Object.fromEntries(keys.map((key) => [key, Reflect.getMetadata(key, Things.prototype.list)]));
}

const operation = Operation({
  id: 'things',
  summary: 'List things',
  description: 'Every thing.',
  errors: ['NOT_FOUND'],
});
const responsesOf = (...decorators: MethodDecorator[]) => metadataOf(...decorators)['swagger/apiResponse'];

it.each([
  ['above', [SuccessHeaders({ Extra: {} }), operation]],
  ['below', [operation, SuccessHeaders({ Extra: {} })]],
])('describes a header of a decorator %s it once, and keeps the rest', (_where, decorators) => {
  const { 200: success, ...errors } = responsesOf(operation);
  expect(responsesOf(...decorators)).toEqual({ 200: { ...success, headers: { Extra: {} } }, ...errors });
});

it('merges the declarations of several decorators on a route', () => {
  const { [FASTIFY_ROUTE_CONFIG_METADATA]: config } = metadataOf(RequestCost('read'), operation, Public());
  expect(config).toMatchObject({ api: 'rest', access: 'public', cost: 'read', operation: { id: 'things' } });
});
