/** JSON Schemas of the bodies that change a record, by the formats of patches, for OpenAPI. */

const PATH = { type: 'string', pattern: '^/data(/|$)', description: 'JSON Pointer (RFC 6901) into the record.' };

export const MERGE_PATCH = {
  type: 'object',
  description: 'A JSON Merge Patch (RFC 7396).',
  required: ['data'],
  properties: {
    data: {
      type: 'object',
      description: 'The members to change. Null removes a member; members that are left out stay unchanged.',
      additionalProperties: true,
    },
  },
  additionalProperties: false,
};

export const JSON_PATCH = {
  type: 'array',
  description: 'A JSON Patch (RFC 6902). The operations are applied in their order: all of them, or none.',
  items: {
    oneOf: [
      operation(['add', 'replace', 'test'], { value: { description: 'Any JSON value.' } }),
      operation(['remove'], {}),
      operation(['move', 'copy'], { from: PATH }),
    ],
  },
};

function operation(names: string[], members: Record<string, object>): object {
  return {
    type: 'object',
    required: ['op', 'path', ...Object.keys(members)],
    properties: { op: { type: 'string', enum: names }, path: PATH, ...members },
  };
}
