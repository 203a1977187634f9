import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { root } from './tool.ts';

const FILE = 'packages/client/src/error-codes.ts';

/** Returns the file with the codes of Haven's errors in the client, keyed by its path. */
export function errorCodes(): Record<string, string> {
  const { components } = JSON.parse(readFileSync(join(root, 'docs/openapi.json'), 'utf8')) as {
    components: { schemas: { Problem: { properties: { code: { enum: string[] } } } } };
  }; // Haven's own document
  const codes = components.schemas.Problem.properties.code.enum.map((code) => `  | '${code}'\n`);
  return {
    [FILE]:
      '/** The codes of errors, from the OpenAPI document; `npm run generate` writes them. Newer servers may have others. */\n' +
      `export type ErrorCode =\n${codes.join('')}` +
      '  // oxlint-disable-next-line typescript/ban-types -- with `string` alone, editors would not suggest the codes\n' +
      '  | (string & {});\n',
  };
}
