import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';

/** Optimizing scripts takes longer than it saves in pages that are open for a few seconds. */
const SEPARATE_PAGES = ['--js-flags=--no-opt'];

/** Pages of a site share a process, which keeps compiled and optimized scripts for the next page. */
export const SHARED_PROCESS = [
  '--renderer-process-limit=1',
  '--disable-gpu-compositing',
  '--disable-software-rasterizer',
];

/** Starts the Chromium that is installed on the system; the variable CHROMIUM can contain its path. */
export function openBrowser(flags: readonly string[] = SEPARATE_PAGES): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', ...flags],
  });
}
