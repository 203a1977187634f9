import { catalogue } from '@haven/kernel';

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

/** Returns the catalogue as the HTML page that the `type` of a problem refers to. */
export function errorsPage(): string {
  const sections = Object.entries(catalogue).map(
    ([code, { status, title, description }]) =>
      `<section id="${code.toLowerCase().replaceAll('_', '-')}"><h2>${code}</h2><p><b>${status}</b> ${title}. ${escapeHtml(description)}</p></section>`,
  );
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Haven: errors</title><style>body{font:16px/1.5 system-ui;max-width:46rem;margin:2rem auto;padding:0 1rem}code{background:#eee}</style><h1>Errors</h1>${sections.join('')}</html>`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replace(/`([^`]*)`/g, '<code>$1</code>');
}
