import { UsageError } from '../../emu/errors.js';
import { closest } from '../../emu/spelling.js';
import { deviceKind } from '../kinds/kind.js';
import type { SvdPeripheral } from './model.js';
import { readSvdFile } from './read-svd.js';
import { svdStub } from './stub.js';

/** Peripherals of SVD files, as machine files name them. */

interface StubOptions {
  readonly file: string;
  readonly peripheral: string;
  readonly also?: readonly string[];
  readonly size?: number;
}

function named(file: string, all: readonly SvdPeripheral[], name: string): SvdPeripheral {
  const found = all.find((one) => one.name === name);
  if (found) return found;
  const near = closest(
    name,
    all.map((one) => one.name),
  )[0];
  const remedy = near === undefined ? undefined : `did you mean '${near}'?`;
  throw new UsageError({ what: `there is no peripheral '${name}'`, where: file, remedy });
}

/** The registers of peripherals that share their addresses, as those of the first; names of the others say whose they are. */
function together(first: SvdPeripheral, others: readonly SvdPeripheral[]): SvdPeripheral {
  const moved = others.flatMap(({ name, base, registers }) =>
    registers.map((one) => ({ ...one, name: `${name}_${one.name}`, offset: one.offset + base - first.base })),
  );
  const end = Math.max(first.size, ...others.map(({ base, used }) => base - first.base + used));
  return { ...first, size: end, registers: [...first.registers, ...moved] };
}

function stubOf({ file, peripheral, also = [], size }: StubOptions) {
  const { peripherals } = readSvdFile(file);
  const first = named(file, peripherals, peripheral);
  const all = together(
    first,
    also.map((name) => named(file, peripherals, name)),
  );
  return svdStub(size === undefined ? all : { ...all, size });
}

export const svdPeripheral = deviceKind(
  {
    type: 'svd-stub',
    summary: 'the registers of a peripheral from an SVD file, and nothing else; every access is traced',
    takes: ['...'],
    shape: (o) => ({
      file: o.text.describe('the .svd file'),
      peripheral: o.text.describe('its name there'),
      also: o.list.optional().describe('others that lie in it'),
      size: o.size.optional().describe('bytes of address space; as in the file if not given'),
    }),
  },
  stubOf,
);
