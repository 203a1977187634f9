import { Field, Float, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';

import { DateTime } from './date-time.scalar.js';
import { Json, JsonObjectScalar } from './json.scalar.js';
import { remember } from './members.js';

/** What one published field is on both doors. */
export interface Exposure {
  /** GraphQL type (`ID`, `Int`, a scalar, a class, or one of these in an array); default: what the property's own type says. */
  as?: unknown;
  /** May be left out of an input (`undefined` leaves the stored value alone). */
  optional?: boolean;
  /** May be null. */
  nullable?: boolean;
  /** Keeps the field off the GraphQL door, where the type has a field resolver for it or another argument does its job. */
  restOnly?: boolean;
  /** JSON Schema keywords for OpenAPI, an example above all. */
  schema?: Record<string, unknown>;
}

/**
 * Publishes a property on both doors at once; the description is its public documentation. The class says where: one that
 * is neither `@Input` nor `@Output`, such as the parameters of a query string, is published on REST alone.
 */
export function Expose(description: string, exposure: Exposure = {}): PropertyDecorator {
  const { as, optional = false, nullable = false, restOnly = false, schema = {} } = exposure;
  return (target, property) => {
    const type = as ?? (Reflect.getMetadata('design:type', target, property) as unknown);
    remember(target, String(property), { type, optional });
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

/** A view: what a use case answers, on both doors under one name. */
export function Output(name: string, description: string): ClassDecorator {
  return (target) => {
    ObjectType(name, { description })(target);
    ApiSchema({ name, description })(target);
  };
}

/** An input of a use case, on both doors under one name. */
export function Input(name: string, description: string): ClassDecorator {
  return (target) => {
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
