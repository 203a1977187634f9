import { Field, Float, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';

import { DateTime } from './date-time.scalar.js';
import { Json, JsonObjectScalar } from './json.scalar.js';
import { allowAbsence, registerMember } from './members.js';

/** How a field is published in both APIs. */
export interface Exposure {
  /** GraphQL type (`ID`, `Int`, a scalar, a class, or one of these in an array). Default: the type of the property. */
  as?: unknown;
  /** Whether the field may be omitted from an input; the stored value then does not change. */
  optional?: boolean;
  /** Whether the field may be null. */
  nullable?: boolean;
  /** Whether the field is omitted from GraphQL, for example because a field resolver or an argument replaces it. */
  restOnly?: boolean;
  /** JSON Schema keywords for OpenAPI, especially an example. */
  schema?: Record<string, unknown>;
}

/**
 * Publishes a property in both APIs; the description is its public documentation. A class that is neither `@Input` nor
 * `@Output`, such as the parameters of a query string, is published only in REST.
 */
export function Expose(description: string, exposure: Exposure = {}): PropertyDecorator {
  const { as, optional = false, nullable = false, restOnly = false, schema = {} } = exposure;
  return (target, property) => {
    const type = as ?? (Reflect.getMetadata('design:type', target, property) as unknown);
    registerMember(target, String(property), { type, optional, nullable });
    if (!restOnly) {
      Field(() => type as typeof String, { description, nullable: optional || nullable })(target, property);
    }
    ApiProperty({
      description,
      required: !optional,
      ...(nullable && nullableSchema(type)),
      ...apiType(type),
      ...schema,
    } as never)(target, property);
    if (optional) IsOptional()(target, property);
  };
}

/** Declares a view, the result of a use case, with the same name in both APIs. */
export function Output(name: string, description: string): ClassDecorator {
  return (target) => {
    ObjectType(name, { description })(target);
    ApiSchema({ name, description })(target);
  };
}

/**
 * Declares an input of a use case, with the same name in both APIs. A request without a body is refused, unless the
 * input `mayBeAbsent`: then it means an empty object.
 */
export function Input(name: string, description: string, { mayBeAbsent = false } = {}): ClassDecorator {
  return (target) => {
    if (mayBeAbsent) allowAbsence(target);
    InputType(name, { description })(target);
    ApiSchema({ name, description })(target);
  };
}

function apiType(type: unknown): Record<string, unknown> {
  if (Array.isArray(type)) return { ...apiType(type[0]), isArray: true };
  if (type === ID) return { type: 'string' };
  if (type === Int) return { type: 'integer' };
  if (type === Float) return { type: 'number' };
  if (type === DateTime) return { type: 'string', format: 'date-time' };
  if (type === JsonObjectScalar) return { type: 'object', additionalProperties: true };
  if (type === Json) return {};
  return { type: () => type };
}

function nullableSchema(type: unknown): Record<string, unknown> {
  return type === Json ? {} : { nullable: true };
}
