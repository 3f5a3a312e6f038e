import type { CanHost } from './can-link.js';
import { UsageError } from './errors.js';
import type { I2cHost } from './i2c-link.js';
import type { I2sHost } from './i2s-link.js';
import type { SpiHost } from './spi-link.js';
import type { UartHost } from './uart-link.js';

/** What parts and wires hang on: a device's handle says by `links` which of these it is, they say which they want. */
export interface LinkHosts {
  readonly spi: SpiHost;
  readonly i2s: I2sHost;
  readonly i2c: I2cHost;
  readonly uart: UartHost;
  readonly can: CanHost;
}
export type Link = keyof LinkHosts;

/** A handle that something can hang on. */
export interface Linked {
  readonly links: readonly Link[];
}

const WANTED: Readonly<Record<Link, string>> = {
  spi: 'an SPI bus',
  i2s: 'an I2S bus',
  i2c: 'an I2C bus',
  uart: 'a UART with a modelled line',
  can: 'a CAN controller',
};

function has<L extends Link>(handle: object, link: L): handle is LinkHosts[L] {
  return ((handle as Partial<Linked>).links ?? []).includes(link);
}

/**
 * The device's handle as what `part` wants to hang on.
 * @param all handles of the chip's devices by name, asked only for the message
 * @throws UsageError when it is something else
 */
export function linkedAs<L extends Link>(
  handle: object,
  link: L,
  names: { readonly part: string; readonly device: string; readonly all: () => Iterable<readonly [string, object]> },
): LinkHosts[L] {
  if (has(handle, link)) return handle;
  const fitting = [...names.all()].filter(([, one]) => has(one, link)).map(([name]) => name);
  throw new UsageError({
    what: `part '${names.part}' wants ${WANTED[link]}, and '${names.device}' is none`,
    remedy: fitting.length === 0 ? 'this chip has none' : `take one of ${fitting.join(', ')}`,
  });
}
