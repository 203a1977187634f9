import { catalogue } from '@haven/kernel';

import { escapeHtml } from './pages/page.js';
import type { Page } from './pages/page.js';

/** Returns the catalogue of errors as a Markdown page, `docs/errors.md`. */
export function errorsMarkdown(): string {
  const sections = Object.entries(catalogue).map(
    ([code, { status, title, description }]) => `## ${code}\n\n**${status}** ${title}. ${description}\n`,
  );
  const intro =
    'Every error has one of these codes, in `code` of a REST problem (RFC 9457) and in `extensions.code` of a GraphQL\n' +
    'error. Generated from `libs/kernel/src/catalogue.ts`.';
  return `# Errors\n\n${intro}\n\n${sections.join('\n')}`;
}

/** Returns the catalogue as the page that the `type` of a problem refers to. */
export function errorsPage(): Page {
  const sections = Object.entries(catalogue).map(
    ([code, { status, title, description }]) =>
      `<section id="${code.toLowerCase().replaceAll('_', '-')}"><h2>${code}</h2><p><b>${status}</b> ${title}. ${withCode(description)}</p></section>`,
  );
  return { title: 'Errors · Haven', main: `<h1>Errors</h1>\n${sections.join('\n')}` };
}

function withCode(text: string): string {
  return escapeHtml(text).replace(/`([^`]*)`/g, '<code>$1</code>');
}
