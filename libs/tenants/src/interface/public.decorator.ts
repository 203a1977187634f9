import { Reflector } from '@nestjs/core';

/** Marks routes that nobody needs to be known for: the probes. They hold no tenant's data. */
export const Public = Reflector.createDecorator<true>();
