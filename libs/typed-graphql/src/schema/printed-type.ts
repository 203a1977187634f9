import { printType } from 'graphql';
import type { GraphQLSchema } from 'graphql';

/** Prints a type without its descriptions, for the specs of this library. */
export function printedType(schema: GraphQLSchema, name: string): string {
  const type = schema.getType(name);
  if (!type) throw new Error(`There is no type ${name}.`);
  return printType(type)
    .replaceAll(/^ *"""(?:.*"""|[^]*?^ *""")\n/gm, '')
    .replaceAll(/\(\n\s*([^)]*?)\n\s*\)/g, (_, args: string) => `(${args.replaceAll(/\n+\s*/g, ', ')})`)
    .replaceAll(/\n\n/g, '\n');
}
