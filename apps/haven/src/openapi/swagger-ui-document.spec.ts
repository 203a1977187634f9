import type { OpenAPIObject } from '@nestjs/swagger';
import { expect, it } from 'vitest';

import { forSwaggerUi, swaggerUiForm } from './swagger-ui-document.js';

const parameters = [
  { name: 'id', in: 'path', required: true, schema: { type: 'string', example: 'one' } },
  { name: 'limit', in: 'query', description: 'Items per page.', schema: { type: 'integer', default: 20 } },
  { name: 'If-Match', in: 'header', schema: { type: 'string', example: '"1"' } },
];
const document = {
  openapi: '3.1.0',
  info: { title: 'Haven', version: '1', description: 'A record store.' },
  paths: { '/things/{id}': { get: { parameters, responses: {} }, delete: { responses: {} } } },
} as unknown as OpenAPIObject; // Nest's types describe OpenAPI 3.0

it('turns defaults and examples of optional parameters into text, and changes nothing else', () => {
  const before = structuredClone(document);
  const { paths, info } = forSwaggerUi(document, '/some/haven');
  expect(paths['/things/{id}']?.get?.parameters).toEqual([
    parameters[0],
    { name: 'limit', in: 'query', description: 'Items per page. Default: `20`.', schema: { type: 'integer' } },
    { name: 'If-Match', in: 'header', description: 'Example: `"1"`.', schema: { type: 'string' } },
  ]);
  expect(paths['/things/{id}']?.delete).toEqual({ responses: {} });
  expect(info.description).toContain('[Guide](/some/haven/docs/guide)');
  expect(document).toEqual(before);
});

it('describes types with null as OpenAPI 3.0 does', () => {
  const schemas = {
    Thing: {
      properties: {
        name: { type: ['string', 'null'], example: 'one' },
        other: { description: 'Another one.', anyOf: [{ $ref: '#/components/schemas/Thing' }, { type: 'null' }] },
        list: { type: 'array', items: { type: 'string' } },
      },
    },
  };
  const { openapi, components } = forSwaggerUi({ ...document, components: { schemas } } as OpenAPIObject, '');
  expect(openapi).toBe('3.0.4');
  expect(components?.schemas).toEqual({
    Thing: {
      properties: {
        name: { type: 'string', nullable: true, example: 'one' },
        other: {
          description: 'Another one.',
          anyOf: [{ $ref: '#/components/schemas/Thing' }],
          nullable: true,
        },
        list: schemas.Thing.properties.list,
      },
    },
  });
});

it('describes the schemas of collections as OpenAPI 3.0 does, whatever the names of their members', () => {
  const Thing = {
    examples: [{ const: 1, type: ['a', 'null'] }],
    properties: {
      const: { const: 'x' },
      examples: { type: ['string', 'integer', 'null'], examples: ['one', 2] },
      properties: { type: ['string', 'integer'] },
    },
  };
  const limit = { name: 'limit', in: 'query', schema: { type: 'integer', default: 20 } };
  const form = swaggerUiForm('');
  const components = {
    schemas: { Thing: form.component('schemas', Thing) },
    parameters: { limit: form.component('parameters', limit) },
    responses: { Bad: form.component('responses', { description: 'Bad.', content: {} }) },
  };
  expect(components).toEqual({
    schemas: {
      Thing: {
        example: { const: 1, type: ['a', 'null'] },
        properties: {
          const: { enum: ['x'] },
          examples: { nullable: true, example: 'one' },
          properties: {},
        },
      },
    },
    parameters: { limit: { name: 'limit', in: 'query', description: 'Default: `20`.', schema: { type: 'integer' } } },
    responses: { Bad: { description: 'Bad.' } },
  });
});
