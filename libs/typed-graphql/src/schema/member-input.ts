import { printPath } from '@haven/query';
import type { Member, ScalarType, ValueType } from '@haven/record-types';

import { inputExtensions } from '../extensions.js';

/** The parts that the fields of a member in several types have in common. */
interface MemberInput {
  readonly description: string;
  readonly extensions: Readonly<Record<string, unknown>>;
}

/** Allowed strings that a description lists. */
const MAX_LISTED = 20;
const ID: ScalarType = { kind: 'scalar', scalar: 'ID' };

const known = new WeakMap<Member, MemberInput>();

/** Returns what the input fields of a member have in common. Each member has up to four, which share the objects. */
export function memberInput(member: Member): MemberInput {
  const input = known.get(member) ?? {
    description: memberDescription(member),
    extensions: inputExtensions({
      kind: 'member',
      key: member.key,
      path: printPath([member.key]),
      isDateTime: member.type.kind === 'scalar' && member.type.scalar === 'DateTime',
    }),
  };
  known.set(member, input);
  return input;
}

/** The type of a member's value. References are ids, whether the schema says so or not. */
export function valueTypeOf({ type, reference }: Member): ValueType {
  if (reference === undefined) return type;
  return type.kind === 'list' ? { kind: 'list', of: ID } : ID;
}

function memberDescription({ key, description, type }: Member): string {
  const values = allowedValues(type);
  return [description ?? `The member \`${key}\`.`, ...(values ? [values] : [])].join('\n\n');
}

function allowedValues(type: ValueType): string | null {
  if (type.kind === 'list') return allowedValues(type.of);
  if (type.kind !== 'scalar' || !type.values) return null;
  const values = [...type.values.values.values()];
  const listed = values.slice(0, MAX_LISTED).map((value) => `\`${value}\``);
  const more = values.length - listed.length;
  return `Values: ${listed.join(', ')}${more > 0 ? `, and ${more} more` : ''}.`;
}
