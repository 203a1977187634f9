import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';

/** Starts the Chromium that is installed on the system; the variable CHROMIUM can contain its path. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic'],
  });
}
