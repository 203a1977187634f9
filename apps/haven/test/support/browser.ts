import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';

/**
 * Flags that save time: the pages of a site share a process, which keeps compiled and optimized scripts for the next
 * page, and no graphics processor is emulated.
 */
const FAST = [
  '--renderer-process-limit=1',
  '--disable-gpu',
  '--disable-gpu-compositing',
  '--disable-software-rasterizer',
];

/** Starts the Chromium that is installed on the system; the variable CHROMIUM can contain its path. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-quic', ...FAST],
  });
}
