import { createRequire } from 'node:module';
import type { PNG as Png } from 'pngjs';
import { UsageError } from '../emu/errors.js';
import type { Frame } from '../emu/frame.js';

/** Loaded when a picture is asked for: it takes longer than all matchers together. */
function png(): typeof Png {
  return (createRequire(import.meta.url)('pngjs') as { PNG: typeof Png }).PNG;
}

export function encodePng({ width, height, pixels }: Frame): Buffer {
  const PNG = png();
  const image = new PNG({ width, height, colorType: 2 });
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = pixels[3 * i + c]!;
    image.data[4 * i + 3] = 0xff;
  }
  return PNG.sync.write(image, { colorType: 2 });
}

/** @throws UsageError when the bytes are no PNG */
export function decodePng(bytes: Buffer, path: string): Frame {
  try {
    const { width, height, data } = png().sync.read(bytes);
    const pixels = new Uint8Array(width * height * 3);
    for (let i = 0; i < width * height; i++) for (let c = 0; c < 3; c++) pixels[3 * i + c] = data[4 * i + c]!;
    return { width, height, pixels };
  } catch (error) {
    throw new UsageError(
      { what: `${path} is no PNG that can be read`, remedy: 'delete it, and run again to write it anew' },
      { cause: error },
    );
  }
}
