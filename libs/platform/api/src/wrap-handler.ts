import { createParamDecorator, Inject } from '@nestjs/common';
import type { ExecutionContext, Type } from '@nestjs/common';

/** A service that handles requests around the handlers of operations, such as to repeat a stored response. */
export abstract class HandlerWrapper {
  /**
   * Returns the result of a request: that of `handle`, which calls the handler with `args`, or another one in its
   * place.
   */
  abstract wrap(context: ExecutionContext, args: unknown[], handle: () => unknown): unknown;
}

type Handler = (this: Record<symbol, HandlerWrapper>, ...args: unknown[]) => unknown;

const CurrentContext = createParamDecorator((_: unknown, context: ExecutionContext) => context);

/** Names of metadata of handlers: the number of parameters, and the `Wrapping`. */
const [PARAMETERS, WRAPPING] = [Symbol('parameters'), Symbol('wrapping')];

/** The services that handle the requests of an operation, and the index of the parameter for their context. */
interface Wrapping {
  readonly services: Type<HandlerWrapper>[];
  readonly context: number;
}

/** Members of controllers and resolvers, by the class of the service that is injected into them. */
const MEMBERS = new Map<Type<HandlerWrapper>, symbol>();

/**
 * Lets a service handle the requests of an operation, in REST or GraphQL. The module of the operation imports the one
 * that exports the service. An interceptor could do the same, but where Nest finds one, each request costs several
 * observables and async resources, even if the interceptor does nothing.
 */
export function WrapHandler(service: Type<HandlerWrapper>): MethodDecorator {
  return (target, property, descriptor: PropertyDescriptor) => {
    const member = memberOf(service);
    Inject(service)(target, member);
    const { context, services } = wrappingOf(target, property);
    services.push(service);
    const handler = descriptor.value as Handler; // a method is decorated
    const wrapped: Handler = function (...args) {
      const wrapper = this[member] as HandlerWrapper; // injected above
      return wrapper.wrap(args[context] as ExecutionContext, args, () => handler.apply(this, args));
    };
    Object.defineProperty(wrapped, 'name', { value: property });
    for (const key of Reflect.getMetadataKeys(handler)) {
      Reflect.defineMetadata(key, Reflect.getMetadata(key, handler), wrapped);
    }
    descriptor.value = wrapped;
  };
}

/** Returns the index of a parameter of a handler that its declaration does not have. */
export function addParameter(target: object, property: string | symbol): number {
  const declared = Reflect.getMetadata('design:paramtypes', target, property) as unknown[];
  const index = (Reflect.getMetadata(PARAMETERS, target, property) as number | undefined) ?? declared.length;
  Reflect.defineMetadata(PARAMETERS, index + 1, target, property);
  return index;
}

/** Returns the services that handle the requests of an operation. */
export function wrappersOf(target: object, property: string | symbol): readonly Type<HandlerWrapper>[] {
  return (Reflect.getMetadata(WRAPPING, target, property) as Wrapping | undefined)?.services ?? [];
}

/** Returns the wrapping of a handler. All its services share one parameter for the context. */
function wrappingOf(target: object, property: string | symbol): Wrapping {
  const known = Reflect.getMetadata(WRAPPING, target, property) as Wrapping | undefined;
  if (known) return known;
  const wrapping: Wrapping = { services: [], context: addParameter(target, property) };
  Reflect.defineMetadata(WRAPPING, wrapping, target, property);
  CurrentContext()(target, property, wrapping.context);
  return wrapping;
}

function memberOf(service: Type<HandlerWrapper>): symbol {
  const member = MEMBERS.get(service) ?? Symbol(service.name);
  MEMBERS.set(service, member);
  return member;
}
