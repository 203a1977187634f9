import { IsInt, Max, Min } from 'class-validator';

/** Accepts integers from `min` to `max`, inclusive. */
export function Between(min: number, max: number): PropertyDecorator {
  return (prototype, key) => [IsInt(), Min(min), Max(max)].forEach((check) => check(prototype, key));
}
