import type { Locator } from 'playwright-core';

/** Returns for each canvas whether something is drawn on it. */
export function drawnOn(canvases: Locator): Promise<boolean[]> {
  return canvases.evaluateAll((elements) =>
    elements.map((element) => {
      const canvas = element as HTMLCanvasElement; // the locator finds no other elements
      const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data;
      return pixels?.some((value) => value !== 0) ?? false;
    }),
  );
}
