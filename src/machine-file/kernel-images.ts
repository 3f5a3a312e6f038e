import { imageFormatOf } from './images.js';
import { readWhole } from './kinds/read-bytes.js';
import type { Mistakes } from './mistakes.js';
import type { BootValue, Entry, Model } from './model.js';

/**
 * `--bios` and `--kernel` where the CPU starts at a place of its own: images as others, which is what QEMU does on such boards. Raw bytes
 * go to the start of the only flash or, where there is none, of the only RAM.
 */
export function loadAsImages(model: Model, boot: Entry<BootValue>, mistakes: Mistakes): void {
  const { bios, kernel, initrd, append, ...rest } = boot.value;
  for (const [key, what] of [
    ['initrd', 'a RAM disk'],
    ['append', 'a command line'],
  ] as const) {
    if ({ initrd, append }[key] === undefined) continue;
    mistakes.add(boot.where(key), `${what} is for a loader, and this machine starts without one`, 'leave it out');
  }
  for (const [key, file] of Object.entries({ bios, kernel })) {
    if (file === undefined || file === 'none') continue;
    const where = () => boot.where(key);
    if (file === 'default') mistakes.add(where(), 'there is no default firmware', 'name it: --bios firmware.elf');
    else if (!isRaw(file)) model.images.push({ value: { file }, where });
    else {
      const at = onlyMemory(model);
      if (at !== undefined) model.images.push({ value: { file, at }, where });
      else
        mistakes.add(
          where(),
          `'${file}' is raw bytes, and this machine has several memories where they could go`,
          `say the address instead: --image ${file}@0x80000000`,
        );
    }
  }
  // Said once: as images.
  if (Object.values(rest).some((one) => one !== undefined)) model.boot = { value: rest, where: boot.where };
  else delete model.boot;
}

/** What cannot be read is no matter of this: whoever loads it says so. */
function isRaw(path: string): boolean {
  try {
    return imageFormatOf(readWhole(path), path) === 'bin';
  } catch {
    return false;
  }
}

function onlyMemory({ memory }: Model): number | undefined {
  const all = [...memory.values()].flatMap(({ value: { kind = 'ram', at, fill, bytes } }) => {
    const sort = kind === 'rom' && fill === 0xff && bytes === undefined ? 'flash' : kind;
    return at === undefined ? [] : [{ sort, at }];
  });
  const flashes = all.filter(({ sort }) => sort === 'flash');
  const found = flashes.length > 0 ? flashes : all.filter(({ sort }) => sort === 'ram');
  return found.length === 1 ? found[0]!.at : undefined;
}
