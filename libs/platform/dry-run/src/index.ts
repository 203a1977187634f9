export { AllowsDryRun, AllowsDryRunArgument } from './dry-run.decorators.js';
export { DryRun } from './dry-run.js';
export { DryRunModule } from './dry-run.module.js';
export type { RecordChange } from './dry-run-report.js';
