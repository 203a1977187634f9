/** Names that the generated file uses, or that would hide a type which it needs. */
const RESERVED = ['Schema', 'Record', 'Array', 'String', 'Number', 'Boolean', 'Object'];

/** Gives each type of a generated file a name of its own. */
export class TypeNames {
  private readonly used = new Set(RESERVED);

  /** Returns a name made of this text; with a number if it is used already. */
  claim(text: string): string {
    const wanted = typeName(text);
    let name = wanted;
    for (let number = 2; this.used.has(name); number += 1) name = `${wanted}${number}`;
    this.used.add(name);
    return name;
  }

  /** Returns a function that names the definitions of a schema by the references to them. */
  forDefinitions(type: string): (reference: string) => string {
    const names = new Map<string, string>();
    return (reference) => {
      const known = names.get(reference);
      if (known !== undefined) return known;
      const name = this.claim(`${type} ${reference.slice(reference.lastIndexOf('/') + 1)}`);
      names.set(reference, name);
      return name;
    };
  }
}

/**
 * Returns a name in PascalCase: `order-lines` becomes `OrderLines`. Like json-schema-to-typescript, writes a letter
 * after a digit in upper case, so that it keeps the name.
 */
function typeName(text: string): string {
  const words = text.match(/[A-Za-z0-9]+/g) ?? [];
  const name = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  return (/^[A-Za-z]/.test(name) ? name : `Type${name}`).replace(/\d[a-z]/g, (pair) => pair.toUpperCase());
}
