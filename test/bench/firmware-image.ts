import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ElfImage, readElf } from '../../src/emu/debug/elf.js';
import { SymbolTable } from '../../src/emu/debug/symbols.js';

/** The project's folder: scripts/bench.js runs there. */
export const FIRMWARE = join(process.cwd(), 'test', 'bench', 'firmware');

export type Target = 'm4' | 'rv32' | 'rv64';

export const firmwarePath = (program: string, target: Target): string => join(FIRMWARE, `${program}-${target}.elf`);

/** Address of a symbol that has to be there. */
export function addressOf(image: ElfImage, name: string): number {
  const address = new SymbolTable(image).find(name)?.address;
  if (address === undefined) throw new Error(`${image.path} has no symbol ${name}: rebuild it (test/bench/firmware)`);
  return address;
}

/** The ELF with `bench_iterations` set, so that the program ends after so many steps. */
export function endingAfter(steps: number, path: string): Uint8Array {
  const bytes = Uint8Array.from(readFileSync(path));
  const image = readElf(path, bytes);
  const address = addressOf(image, 'bench_iterations');
  const segment = image.segments.find(
    ({ virtualAddress, data }) => virtualAddress <= address && address + 4 <= virtualAddress + data.length,
  );
  if (!segment) throw new Error(`${path}: bench_iterations does not lie in the file`);
  const { data } = segment;
  new DataView(data.buffer, data.byteOffset, data.length).setUint32(address - segment.virtualAddress, steps, true);
  return image.bytes;
}
