import type { JsonObject } from '@haven/kernel';

/** The components that a document can have. */
export const SECTIONS = ['schemas', 'parameters', 'responses', 'headers'] as const;

export type Section = (typeof SECTIONS)[number];

/** Changes the parts of a document, for a tool that reads another form of OpenAPI. */
export interface DocumentForm {
  /** Changes the members that are neither paths nor components. */
  head(head: JsonObject): JsonObject;
  path(item: object): object;
  component(section: Section, content: object): object;
}

/** OpenAPI 3.1. */
export const PLAIN_FORM: DocumentForm = {
  head: (head) => head,
  path: (item) => item,
  component: (_section, content) => content,
};

const REFERENCE = /"\$ref":"#\/components\/(schemas|parameters|responses|headers)\/([^"]+)"/g;

/** The JSON text of a document in parts, so that a large one is neither built nor serialized in one piece. */
export class TextParts {
  constructor(private readonly form: DocumentForm) {}

  /** Characters of all parts together. */
  length = 0;
  private readonly paths = new Map<string, string>();
  private readonly webhooks = new Map<string, string>();
  private readonly components = bySection(() => new Map<string, string>());

  addPath(path: string, item: object): void {
    this.paths.set(path, this.counted(this.form.path(item)));
  }

  addWebhook(name: string, item: object): void {
    this.webhooks.set(name, this.counted(item));
  }

  /** Adds a component, which becomes part of the document only if something refers to it. */
  addComponent(section: Section, name: string, content: JsonObject): void {
    this.components[section].set(name, this.counted(this.form.component(section, content)));
  }

  /** Returns the text of the document. */
  finish({ securitySchemes, security, ...head }: JsonObject): string {
    const used = this.usedComponents();
    const sections = SECTIONS.filter((section) => used[section].size > 0).map(
      (section) => `"${section}":${objectText(pick(this.components[section], used[section]))}`,
    );
    const members = [
      ...Object.entries(this.form.head(head)).map(
        ([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`,
      ),
      `"paths":${objectText(this.paths)}`,
      ...(this.webhooks.size > 0 ? [`"webhooks":${objectText(this.webhooks)}`] : []),
      `"components":{${[`"securitySchemes":${JSON.stringify(securitySchemes)}`, ...sections].join()}}`,
      `"security":${JSON.stringify(security)}`,
    ];
    return `{${members.join()}}`;
  }

  private counted(content: object): string {
    const text = JSON.stringify(content);
    this.length += text.length;
    return text;
  }

  /** Returns the names of the components to which paths refer, directly or through other components. */
  private usedComponents(): Record<Section, Set<string>> {
    const used = bySection(() => new Set<string>());
    const open = [...this.paths.values(), ...this.webhooks.values()];
    for (let text = open.pop(); text !== undefined; text = open.pop()) {
      for (const [, section = '', name = ''] of text.matchAll(REFERENCE)) {
        const among = section as Section; // the pattern matches nothing else
        if (used[among].has(name)) continue;
        used[among].add(name);
        const component = this.components[among].get(name);
        if (component !== undefined) open.push(component);
      }
    }
    return used;
  }
}

function bySection<T>(create: () => T): Record<Section, T> {
  return { schemas: create(), parameters: create(), responses: create(), headers: create() };
}

function pick(all: ReadonlyMap<string, string>, names: ReadonlySet<string>): ReadonlyMap<string, string> {
  return new Map([...all].filter(([name]) => names.has(name)));
}

function objectText(members: ReadonlyMap<string, string>): string {
  return `{${[...members].map(([name, text]) => `${JSON.stringify(name)}:${text}`).join()}}`;
}
