import { expect, it } from 'vitest';

import { canonicalUrl } from './canonical-url.js';

it.each([
  ['/api/v1/collections', '/api/v1/collections'],
  ['/api/v1/collections/a.b/records?x=%61', '/api/v1/collections/a.b/records?x=%61'],
  ['/%61pi/v1', '/api/v1'],
  ['/%67raphql?query=%7B', '/graphql?query=%7B'],
  ['/%41%5A%5a%7E%2d%5f%39', '/AZZ~-_9'],
  ['http://any/api/v1?a=1', '/api/v1?a=1'],
  ['http://any', '/'],
  ['/x/../api', '/api'],
  ['/x/%2e%2e/%61pi', '/api'],
  ['/./api', '/api'],
  ['/api%2Fv1', '/api%2Fv1'],
  ['//api', '//api'],
  ['/graphql#x', '/graphql'],
  ['/a%25b', '/a%25b'],
  ['/%zz', '/%zz'],
  ['*', '/*'],
  ['/api?../%61', '/api?../%61'],
])('%s is %s', (url, canonical) => {
  expect(canonicalUrl({ url })).toBe(canonical);
});
