import { getMetadataStorage, ValidationTypes } from 'class-validator';

type Storage = ReturnType<typeof getMetadataStorage>;
type ValidationMetadata = ReturnType<Storage['getTargetValidationMetadatas']>[number];
type Test = (input: object, value: unknown) => boolean;

/** The constraints of one member. It is validated only where all conditions hold, such as those of `IsOptional`. */
interface MemberConstraints {
  name: string;
  conditions: Test[];
  checks: Test[];
}

const constraintsByClass = new WeakMap<Constructor, MemberConstraints[]>();

/**
 * Returns whether `input` meets the class-validator constraints of `type`. If it does not, `validateSync` returns the
 * errors. This check costs a small part of `validateSync`, which collects the constraints of the class in each call and
 * creates an error for each member before it validates the member. Nested contract classes are not supported: their
 * members never meet the constraints.
 */
export function meetsConstraints(type: Constructor, input: object): boolean {
  const constraints = constraintsByClass.get(type) ?? constraintsOf(type);
  constraintsByClass.set(type, constraints);
  return constraints.every(({ name, conditions, checks }) => {
    const value: unknown = Reflect.get(input, name);
    return !conditions.every((holds) => holds(input, value)) || checks.every((passes) => passes(input, value));
  });
}

export type Constructor = new () => object;

function constraintsOf(type: Constructor): MemberConstraints[] {
  const storage = getMetadataStorage();
  const byMember = storage.groupByPropertyName(storage.getTargetValidationMetadatas(type, '', false, false));
  return Object.entries(byMember).map(([name, all]) => ({
    name,
    conditions: all.filter(isCondition).map(({ constraints }) => constraints[0] as Test), // set by class-validator
    checks: all.filter(isCheck).map((metadata) => checkOf(storage, metadata)),
  }));
}

function isCondition({ type }: ValidationMetadata): boolean {
  return type === ValidationTypes.CONDITIONAL_VALIDATION;
}

/** `Allow` is no check: it only makes a member known. */
function isCheck(metadata: ValidationMetadata): boolean {
  return !isCondition(metadata) && metadata.type !== ValidationTypes.WHITELIST;
}

function checkOf(storage: Storage, metadata: ValidationMetadata): Test {
  const { type, constraintCls, constraints, each, validateIf, propertyName: property } = metadata;
  if (type !== ValidationTypes.CUSTOM_VALIDATION) return () => false;
  const validators = storage.getTargetValidatorConstraints(constraintCls).map(({ instance }) => instance);
  return (input, value) => {
    if (validateIf && !validateIf(input, value)) return true;
    const values: unknown[] = each && Array.isArray(value) ? value : [value];
    const about = { targetName: input.constructor.name, property, object: input, value, constraints };
    return validators.every((validator) => values.every((one) => validator.validate(one, about) === true));
  };
}
