import { readFileSync } from 'node:fs';

import { buildSchema } from 'graphql';
import { expect, it } from 'vitest';

import { genericNames } from '@haven/record-types';

const schema = buildSchema(readFileSync('docs/schema.graphql', 'utf8'));

it('the types of collections take no name of the generic schema: all are in reserved-names.ts', () => {
  const types = Object.keys(schema.getTypeMap()).filter((name) => !name.startsWith('__'));
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const fields = roots.flatMap((root) => Object.keys(root?.getFields() ?? {}));
  expect(types.filter((name) => !genericNames.typeNames.has(name))).toEqual([]);
  expect(fields.filter((name) => !genericNames.rootFields.has(name))).toEqual([]);
  expect(fields.length).toBeGreaterThan(40);
});
