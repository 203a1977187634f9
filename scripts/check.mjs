export { check } from '../tools/check.ts';
