/** In watch mode a rebuilt firmware runs its tests again. */

import type { TestModule, Vitest } from 'vitest/node';

/** What a test file tells the main process about itself: the firmware images it runs. */
export interface FirmwareMeta {
  fwtestImages?: string[];
}

const slashed = (path: string) => path.replaceAll('\\', '/');

/** Test files of the run that use the image, as far as they ran once. */
function testsOf(vitest: Vitest, image: string): string[] {
  const files = vitest.state.getFiles().filter((file) => {
    const images = (file.meta as FirmwareMeta).fwtestImages ?? [];
    return images.some((one) => slashed(one) === slashed(image));
  });
  return [...new Set(files.map((file) => file.filepath))];
}

/** Images may lie where nobody watches: outside the root, or in an ignored folder. */
function watchImages(vitest: Vitest, modules: readonly TestModule[]): void {
  for (const module of modules) {
    const images = (module.meta() as FirmwareMeta).fwtestImages ?? [];
    if (images.length > 0) vitest.vite.watcher.add(images);
  }
}

/** Makes a watching run start the tests of an image again once it was built anew. */
export function watchFirmware(vitest: Vitest): void {
  if (!vitest.config.watch) return;
  vitest.config.watchTriggerPatterns = [
    ...(vitest.config.watchTriggerPatterns ?? []),
    { pattern: /./, testsToRun: (file) => testsOf(vitest, file) },
  ];
  vitest.config.reporters.push({
    onTestRunEnd: (modules: readonly TestModule[]) => watchImages(vitest, modules),
  } as never);
}
