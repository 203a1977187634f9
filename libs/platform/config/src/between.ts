import { IsInt, Max, Min } from 'class-validator';

/** Accepts the whole numbers from `min` to `max`, both included. */
export function Between(min: number, max: number): PropertyDecorator {
  return (prototype, key) => [IsInt(), Min(min), Max(max)].forEach((check) => check(prototype, key));
}
