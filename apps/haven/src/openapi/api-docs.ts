import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule } from '@nestjs/swagger';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';

import type { HavenConfig } from '@haven/config';
import { declareRoutes } from '@haven/http';

import { errorsPage } from '../errors-page.js';
import { serveGuide } from '../pages/guide.js';
import { ICON } from '../pages/logo.js';
import { sendPage } from '../pages/page.js';
import { serveStartPage } from '../pages/start-page.js';
import { project } from '../project-root.js';
import { serveOpenApi, serverUrl } from './serve-openapi.js';
import { showOwnDocument } from './show-own-document.js';
import { forSwaggerUi } from './swagger-ui-document.js';
import { OpenApiDocuments } from './tenant-openapi.js';

/** The file that contains the document of Swagger UI. */
const INIT = '/swagger-ui-init.js';

/**
 * Serves OpenAPI 3.1 at `/openapi.json` and `/openapi/generic.json`, the start page at `/`, Swagger UI at `/docs`, and
 * below it the guide and the catalogue of errors.
 */
export function serveApiDocs(app: NestFastifyApplication, config: HavenConfig): void {
  const documents = new OpenApiDocuments(app);
  const fastify = app.getHttpAdapter().getInstance();
  const urlFor = serverUrl(config);
  const served = (request: Pick<FastifyRequest, 'publicPrefix'>, document: OpenAPIObject): OpenAPIObject => ({
    ...document,
    servers: [{ url: urlFor(request) }],
  });
  serveStartPage(fastify, config);
  if (config.docs.enabled)
    declareRoutes(fastify, (pattern) => pattern === '/docs' || pattern.startsWith('/docs/'), {
      access: 'public',
      isStatic: true,
    });
  serveOpenApi(fastify, config, documents);
  if (!config.docs.enabled) return;
  fastify.get('/docs/errors', async ({ publicPrefix }, reply) => sendPage(reply, publicPrefix, errorsPage()));
  serveGuide(fastify, project.root);
  SwaggerModule.setup('docs', app, () => documents.generic, {
    customSiteTitle: 'Haven API',
    customfavIcon: ICON,
    // Nest calls this for each request of a document: the prefix may differ, and only Swagger UI's is changed.
    patchDocumentOnRequest: (request: unknown, _response: unknown, document: OpenAPIObject) => {
      const { url: path, publicPrefix } = request as FastifyRequest; // the adapter is that of Fastify
      const own = served({ publicPrefix }, document);
      return path.split('?', 1)[0]?.endsWith(INIT) ? forSwaggerUi(own, publicPrefix) : own;
    },
    swaggerOptions: {
      displayRequestDuration: true,
      tryItOutEnabled: true,
      persistAuthorization: true,
      layout: 'BaseLayout', // without the bar that shows the logo of Swagger
      defaultModelsExpandDepth: 0, // rendering all schemas at once would make every change on the page slow
      onComplete: followSystemColors,
      isOpen: config.auth.open, // read by `showOwnDocument`
      plugins: [showOwnDocument],
    },
    jsonDocumentUrl: '/docs/openapi.json',
    yamlDocumentUrl: '/docs/openapi.yaml',
  });
}

/** Runs in the browser: Swagger UI has a dark mode, but only the bar with the logo of Swagger switches it on. */
function followSystemColors(): void {
  document.documentElement.classList.toggle('dark-mode', matchMedia('(prefers-color-scheme: dark)').matches);
}
