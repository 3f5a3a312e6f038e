import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fromFlags, type MachineFlags } from './flags.js';
import { machineFrom } from './index.js';

const folder = mkdtempSync(join(tmpdir(), 'fwtest-flags-'));
writeFileSync(join(folder, 'zero.bin'), new Uint8Array(4));
const CPU = 'rv32,clock=16MHz,resetVector=0x80000000';

test.each<[MachineFlags, string]>([
  [{ cpu: ['rv32'] }, 'give --cpu rv32,clock=16MHz, or the name of a clock'],
  [{ cpu: ['rv32,clock=50'] }, 'did you mean 50MHz?'],
  [{ cpu: [`${CPU},count=9`] }, 'is too large: at most 8'],
  [{ cpu: [CPU], device: ['a=ns16550'] }, '@0x…'],
  [
    { cpu: [CPU], device: ['a=ns16550@0x10000000,irq=5', 'b=ns16550@0x10000100,irq=5'] },
    'say that they share it: --shared-irq 5',
  ],
  [{ cpu: [CPU], image: ['zero.bin@zzz'] }, "'zzz' is no address"],
])('%j', (flags, part) => {
  expect(() => machineFrom([fromFlags({ machine: 'none', ...flags }, folder)])).toThrow(part);
});
