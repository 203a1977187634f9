import { createHash } from 'node:crypto';

import type { FastifyReply } from 'fastify';

import { ICON } from './logo.js';

/** Style of all pages: follows the light or dark mode of the system, and fits the screen of a phone. */
const STYLE = `
:root{color-scheme:light dark;--text:#1c2430;--dim:#556070;--back:#fff;--soft:#f3f5f7;--line:#d9dee4;--link:#0b6b63}
@media(prefers-color-scheme:dark){:root{--text:#e4e8ee;--dim:#a3adba;--back:#12161c;--soft:#1c222b;--line:#333c48;--link:#5eead4}}
*{box-sizing:border-box}
body{margin:0;background:var(--back);color:var(--text);font:16px/1.6 system-ui,sans-serif;overflow-wrap:break-word}
header{display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;align-items:center;padding:.7rem 1.2rem;border-bottom:1px solid var(--line)}
header b{display:flex;gap:.5rem;align-items:center;font-size:1.1rem}
header img{width:1.6rem;height:1.6rem}
a{color:var(--link)}
header a{text-decoration:none}
.page{display:flex;max-width:76rem;margin:0 auto}
nav{flex:0 0 15rem;padding:1rem 1.2rem;font-size:.92rem}
nav ul,.cards{list-style:none;margin:0 0 .8rem;padding:0}
nav a{text-decoration:none}
nav [aria-current]{font-weight:600;color:var(--text)}
nav summary{cursor:pointer;font-weight:600}
main{flex:1;min-width:0;max-width:52rem;padding:1rem 1.2rem 4rem}
h1{line-height:1.2}
h2{margin-top:2.2rem;padding-bottom:.2rem;border-bottom:1px solid var(--line)}
h1 a,h2 a,h3 a,h4 a{color:inherit;text-decoration:none}
code{padding:.1em .3em;border-radius:4px;background:var(--soft);font:.9em ui-monospace,monospace}
pre{overflow-x:auto;padding:.8rem 1rem;border:1px solid var(--line);border-radius:8px;background:var(--soft);line-height:1.45}
pre code{padding:0;background:none}
img{max-width:100%;height:auto}
.table{overflow-x:auto}
table{border-collapse:collapse}
th,td{padding:.35rem .7rem;border:1px solid var(--line);text-align:left;vertical-align:top}
blockquote{margin:1rem 0;padding:.1rem 1rem;border-left:3px solid var(--line);color:var(--dim)}
.tabs{margin:1rem 0}
.tabs>input{position:absolute;opacity:0}
.tabs>label{display:inline-block;padding:.15rem .7rem;border-bottom:2px solid transparent;cursor:pointer;font-size:.85rem;color:var(--dim)}
.tabs>:checked+label{border-color:var(--link);color:var(--text)}
.tabs>:focus-visible+label{outline:2px solid var(--link)}
.tabs>div{display:none}
.tabs pre{margin-top:0}
.tabs>input:nth-of-type(1):checked~div:nth-of-type(1),.tabs>input:nth-of-type(2):checked~div:nth-of-type(2),.tabs>input:nth-of-type(3):checked~div:nth-of-type(3),.tabs>input:nth-of-type(4):checked~div:nth-of-type(4){display:block}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(15rem,1fr));gap:1rem}
.cards a{display:block;height:100%;padding:1rem;border:1px solid var(--line);border-radius:10px;color:inherit;text-decoration:none}
.cards a:hover,.cards a:focus-visible{border-color:var(--link)}
.cards strong{display:block;color:var(--link)}
.dim{color:var(--dim)}
@media(max-width:50rem){.page{flex-direction:column-reverse}nav{flex:none;border-top:1px solid var(--line)}}
`.trim();

/** Allows the style above and images of this server, and nothing else: no script, no form, no other origin. */
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** A page that Haven serves to browsers. */
export interface Page {
  title: string;
  /** HTML of the content. */
  main: string;
  /** HTML of the navigation, if the page has one. */
  navigation?: string;
  /** Whether this is the start page, which has no links at its top because it consists of them. */
  isStart?: boolean;
}

/** Sends a page. Every link begins with `prefix`, the path below which clients reach Haven. */
export function sendPage(reply: FastifyReply, prefix: string, page: Page): FastifyReply {
  return reply.header('content-security-policy', POLICY).type('text/html; charset=utf-8').send(htmlOf(page, prefix));
}

/** Escapes text for HTML. */
export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

function linksOf(prefix: string): string {
  return ` <a href="${prefix}/">Start</a> <a href="${prefix}/docs/guide">Guide</a> <a href="${prefix}/docs">REST API</a>`;
}

function htmlOf({ title, main, navigation, isStart = false }: Page, prefix: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="${ICON}">
<style>${STYLE}</style>
</head>
<body>
<header><b><img src="${ICON}" alt="">Haven</b>${isStart ? '' : linksOf(prefix)}</header>
<div class="page">${navigation === undefined ? '' : `\n<nav aria-label="Guide">${navigation}</nav>`}
<main>
${main}
</main>
</div>
</body>
</html>
`;
}
