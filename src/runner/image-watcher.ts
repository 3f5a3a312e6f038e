/** In watch mode a rebuilt firmware runs its tests again. */

import { statSync } from 'node:fs';
import type { TestModule, Vitest } from 'vitest/node';

/** What a test file tells the main process about itself: the firmware images it runs, with their time stamps. */
export interface FirmwareMeta {
  fwtestImages?: Record<string, number>;
}

/** Milliseconds between two looks at the images. */
const INTERVAL = 300;

const slashed = (path: string) => path.replaceAll('\\', '/');

/** When a file was last written, in ms; 0 while it is not there, as in the middle of a build. */
export function writtenAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** Test files of the run that use the image, as far as they ran once. */
function testsOf(vitest: Vitest, image: string): string[] {
  const files = vitest.state.getFiles().filter((file) => {
    const images = Object.keys((file.meta as FirmwareMeta).fwtestImages ?? {});
    return images.some((one) => slashed(one) === slashed(image));
  });
  return [...new Set(files.map((file) => file.filepath))];
}

/**
 * Looks at the images again and again, wherever they lie, and compares with what the tests have read: a build that ends
 * before anybody could watch the file is not missed.
 */
class ImageWatcher {
  /** Time stamp of each image as its tests read it, and as it was at the last look. */
  readonly #read = new Map<string, number>();
  readonly #last = new Map<string, number>();
  readonly #changed: (image: string) => void;

  constructor(changed: (image: string) => void) {
    this.#changed = changed;
    setInterval(() => this.#look(), INTERVAL).unref();
  }

  add(images: Readonly<Record<string, number>>): void {
    for (const [image, time] of Object.entries(images)) this.#read.set(image, time);
  }

  #look(): void {
    for (const [image, read] of this.#read) {
      const now = writtenAt(image);
      const steady = now === this.#last.get(image);
      this.#last.set(image, now);
      if (now === 0 || now === read || !steady) continue;
      this.#read.set(image, now);
      this.#changed(image);
    }
  }
}

/** vitest takes any list, an empty one too, for all that a change starts: then a test file that was edited would not run. */
const testsOrNone = (tests: string[]): string[] | undefined => (tests.length > 0 ? tests : undefined);

/** Makes a watching run start the tests of an image again once it was built anew. */
export function watchFirmware(vitest: Vitest): void {
  if (!vitest.config.watch) return;
  vitest.config.watchTriggerPatterns = [
    ...(vitest.config.watchTriggerPatterns ?? []),
    { pattern: /./, testsToRun: (file) => testsOrNone(testsOf(vitest, file)) },
  ];
  const watcher = new ImageWatcher((image) => vitest.vite.watcher.emit('change', slashed(image)));
  vitest.config.reporters.push({
    onTestRunEnd: (modules: readonly TestModule[]) => {
      for (const module of modules) watcher.add((module.meta() as FirmwareMeta).fwtestImages ?? {});
    },
  } as never);
}
