import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** What stands behind `@` in `app.bin@zzz`, where that is no file of this name, but `app.bin` is one and this is no address. */
export function wrongAddress(image: string, folder: string): string | undefined {
  const [, file, address] = /^(.+)@([^@/\\]*)$/.exec(image) ?? [];
  if (file === undefined || /^(0x[0-9a-f_]+|\d[\d_]*)$/i.test(address!)) return undefined;
  return existsSync(resolve(folder, image)) || !existsSync(resolve(folder, file)) ? undefined : address;
}
