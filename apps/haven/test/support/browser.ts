import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';

/**
 * Starts the Chromium that is installed on the system; the variable CHROMIUM can contain its path. It optimizes no
 * scripts, because that takes longer than it saves in pages that are open for a few seconds.
 */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--js-flags=--no-opt'],
  });
}
