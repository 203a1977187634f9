import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';

/**
 * Flags that save time in pages that are open for a few seconds: scripts are not optimized, no graphics processor is
 * emulated, and the pages of a site share a process, which keeps the compiled scripts for the next page.
 */
const FAST = [
  '--js-flags=--no-opt',
  '--disable-gpu',
  '--disable-gpu-compositing',
  '--disable-software-rasterizer',
  '--renderer-process-limit=1',
];

/** Starts the Chromium that is installed on the system; the variable CHROMIUM can contain its path. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-quic', ...FAST],
  });
}
