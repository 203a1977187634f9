import type { JsonSchema } from '../../../values/json-schema.js';

/** The properties of an editor for the members of an object. Its rows get the editor itself, for objects in objects. */
export interface MembersEditorProps {
  /** The collection whose schema is edited. */
  collection: string;
  label: string;
  schema: JsonSchema;
  onChange(schema: JsonSchema): void;
}
