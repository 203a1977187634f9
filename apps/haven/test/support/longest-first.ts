import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';

import { BaseSequencer } from 'vitest/node';
import type { TestSpecification } from 'vitest/node';

/**
 * The files that take longest, with their seconds on a machine with two cores. `npm test` and `npm run test:slow` print
 * the slowest files at the end.
 */
const SECONDS: Readonly<Record<string, number>> = {
  'apps/haven/test/contract/parity.e2e-spec.ts': 61,
  'apps/haven/test/tenants/isolation.e2e-spec.ts': 47,
  'apps/haven/test/records/time-travel.e2e-spec.ts': 44,
  'apps/haven/test/database/embedded-postgres.e2e-spec.ts': 35,
  'apps/haven/test/history/verify.e2e-spec.ts': 30,
  'apps/haven/test/contract/guide.e2e-spec.ts': 28,
  'apps/haven/test/http/idempotency.e2e-spec.ts': 26,
  'apps/haven/test/records/record-cache.e2e-spec.ts': 23,
  'apps/haven/test/tenants/scopes.e2e-spec.ts': 23,
  'apps/haven/test/records/limits.e2e-spec.ts': 21,
  'apps/haven/test/tenants/secrets.e2e-spec.ts': 17,
  'apps/haven/test/collections/collections.e2e-spec.ts': 16,
  'apps/haven/test/records/batch.e2e-spec.ts': 14,
  'apps/haven/test/changes/changes.e2e-spec.ts': 13,
  'apps/haven/test/tenants/access.e2e-spec.ts': 13,
  'apps/haven/test/http/rate-limits.e2e-spec.ts': 12,
  'apps/haven/test/http/browsers.e2e-spec.ts': 12,
  'apps/haven/test/deployment/kubernetes.e2e-spec.ts': 12,
  'apps/haven/test/console/collections.slow-spec.ts': 70,
  'apps/haven/test/console/restricted-keys.slow-spec.ts': 60,
  'apps/haven/test/console/tenants.slow-spec.ts': 50,
  'apps/haven/test/console/ask.slow-spec.ts': 50,
  'apps/haven/test/console/live.slow-spec.ts': 50,
  'apps/haven/test/console/webhooks.slow-spec.ts': 50,
  'apps/haven/test/console/transfer.slow-spec.ts': 40,
  'apps/haven/test/console/access.slow-spec.ts': 40,
  'apps/haven/test/console/overview.slow-spec.ts': 30,
  'apps/haven/test/deployment/workers.slow-spec.ts': 45,
  'apps/haven/test/console/views.slow-spec.ts': 40,
  'apps/haven/test/deployment/process.slow-spec.ts': 40,
  'apps/haven/test/graphql/ide.slow-spec.ts': 39,
  'apps/haven/test/pages/request-samples.slow-spec.ts': 36,
  'apps/haven/test/console/queued-edits.slow-spec.ts': 35,
  'apps/haven/test/http/body-memory.slow-spec.ts': 34,
  'apps/haven/test/pages/pages.slow-spec.ts': 29,
  'apps/haven/test/webhooks/webhooks-processes.slow-spec.ts': 28,
  'apps/haven/test/cli/commands.slow-spec.ts': 27,
  'apps/haven/test/console/record.slow-spec.ts': 27,
  'apps/haven/test/pages/swagger-ui.slow-spec.ts': 27,
  'apps/haven/test/client/package.slow-spec.ts': 26,
  'apps/haven/test/contract/inputs-typed.slow-spec.ts': 25,
  'apps/haven/test/console/records-list.slow-spec.ts': 24,
  'apps/haven/test/client/tracker.slow-spec.ts': 25,
  'apps/haven/test/observability/observability.slow-spec.ts': 25,
  'apps/haven/test/changes/changes-complete.slow-spec.ts': 23,
  'apps/haven/test/deployment/backup.slow-spec.ts': 21,
  'apps/haven/test/console/hostile-data.slow-spec.ts': 20,
  'apps/haven/test/database/embedded-restart.slow-spec.ts': 20,
  'apps/haven/test/database/replicas.slow-spec.ts': 19,
  'apps/haven/test/console/sessions.slow-spec.ts': 18,
  'apps/haven/test/records/export-snapshot.slow-spec.ts': 17,
  'apps/haven/test/openapi/generators.slow-spec.ts': 17,
  'apps/haven/test/records/text-functions.slow-spec.ts': 17,
  'apps/haven/test/contract/inputs-graphql.slow-spec.ts': 15,
  'apps/haven/test/plans/neighbours.slow-spec.ts': 15,
  'apps/haven/test/database/role-prefix.slow-spec.ts': 15,
  'apps/haven/test/contract/inputs-rest.slow-spec.ts': 13,
};

/**
 * Starts the longest files first, so that a run does not end with one worker that runs a long file while the others are
 * idle. By default, vitest orders files by their size until it has measured them on this machine.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const { root } = this.ctx.config;
    const missing = Object.keys(SECONDS).filter((file) => !existsSync(join(root, file)));
    if (missing.length > 0) throw new Error(`Remove from SECONDS the files that do not exist: ${missing.join(', ')}.`);
    const sorted = await super.sort(files); // by project, and short files as vitest orders them
    const projects = [...new Set(sorted.map(({ project }) => project))];
    const secondsOf = ({ moduleId }: TestSpecification): number => SECONDS[relative(root, moduleId)] ?? 0;
    return sorted.toSorted(
      (left, right) =>
        projects.indexOf(left.project) - projects.indexOf(right.project) || secondsOf(right) - secondsOf(left),
    );
  }
}
