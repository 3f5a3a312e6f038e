import { UsageError } from '../../emu/errors.js';
import { closest } from '../../emu/spelling.js';
import { deviceKind } from '../kinds/kind.js';
import { readSvdFile } from './read-svd.js';
import { svdStub } from './stub.js';

/** Peripherals of SVD files, as machine files name them. */

function stubOf({
  file,
  peripheral,
  size,
}: {
  readonly file: string;
  readonly peripheral: string;
  readonly size?: number;
}) {
  const { peripherals } = readSvdFile(file);
  const found = peripherals.find(({ name }) => name === peripheral);
  if (found) return svdStub(size === undefined ? found : { ...found, size });
  const near = closest(
    peripheral,
    peripherals.map(({ name }) => name),
  )[0];
  const remedy = near === undefined ? undefined : `did you mean '${near}'?`;
  throw new UsageError({ what: `there is no peripheral '${peripheral}'`, where: file, remedy });
}

export const svdPeripheral = deviceKind(
  {
    type: 'svd-stub',
    summary: 'the registers of a peripheral from an SVD file, and nothing else; every access is traced',
    takes: ['...'],
    shape: (o) => ({
      file: o.text.describe('the .svd file'),
      peripheral: o.text.describe('its name there'),
      size: o.size.optional().describe('bytes of address space; as in the file if not given'),
    }),
  },
  stubOf,
);
