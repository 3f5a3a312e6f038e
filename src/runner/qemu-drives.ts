/** QEMU's drives and block devices: `-drive`, `-device virtio-blk-device`, `-pflash`. */

import { UsageError } from '../emu/errors.js';

const WHERE = 'fwtest boot';
/** Keys of `-drive` that change nothing here: a machine never writes to the file. */
const NO_MATTER = ['media', 'readonly', 'cache', 'aio', 'snapshot', 'discard', 'detect-zeroes', 'werror', 'rerror'];
const FLASHES = 2;

interface Drive {
  readonly file: string;
  readonly text: string;
  readonly id: string | undefined;
}

/** Collects what says one disk in several options, in any order. */
export class QemuDrives {
  readonly #disks: Drive[] = [];
  /** `if=none`: until a device takes them. */
  readonly #loose: Drive[] = [];
  readonly #wanted: { readonly id: string; readonly text: string }[] = [];
  readonly #flashes: (string | undefined)[] = [];

  /** `-drive file=disk.img,format=raw,if=virtio,id=hd0,unit=0`, or a path alone. @throws UsageError */
  drive(value: string): void {
    const text = `-drive ${value}`;
    if (!/^[a-z-]+=/.test(value)) {
      this.#disks.push({ file: value, text, id: undefined });
      return;
    }
    const { file, format = 'raw', if: bus = 'virtio', id, unit, index, ...rest } = pairs(value);
    const unknown = Object.keys(rest).find((key) => !NO_MATTER.includes(key));
    if (!file) throw wrong(`'${text}' names no file`, 'give file=…');
    if (unknown !== undefined) throw wrong(`'${text}': '${unknown}' has no meaning here`, 'leave it out');
    if (format !== 'raw') {
      throw wrong(`'${text}': images are raw, not ${format}`, `convert it: qemu-img convert -O raw ${file} disk.img`);
    }
    const drive = { file, text, id };
    if (bus === 'pflash') this.flash(file, text, unit ?? index);
    else if (bus === 'none') this.#loose.push(drive);
    else if (bus === 'virtio') this.#disks.push(drive);
    else throw wrong(`'${text}': there is no ${bus} bus`, 'give if=virtio, if=pflash or if=none');
  }

  /** `-pflash code.fd`: the first flash, then the second. */
  flash(file: string, text = `-pflash ${file}`, unit?: string): void {
    const number = unit === undefined ? this.#flashes.length : Number(unit);
    if (!(number >= 0 && number < FLASHES))
      throw wrong(`'${text}': there is flash 0 and flash 1`, 'give unit=0 or unit=1');
    if (this.#flashes[number] !== undefined) throw wrong(`'${text}': flash ${number} is given twice`, 'give unit=…');
    this.#flashes[number] = file;
  }

  /** What a `-device` means here, as arguments. @throws UsageError for those that there are not */
  device(value: string): readonly string[] {
    const text = `-device ${value}`;
    const [type = '', ...rest] = value.split(',');
    const { drive, bus } = pairs(rest.join(','));
    if (type === 'virtio-rng-device') return ['--option', 'rng=true'];
    if (type === 'virtio-blk-device') {
      if (drive === undefined) throw wrong(`'${text}' names no drive`, 'give drive=… and -drive if=none,id=…');
      if (bus !== undefined && bus !== 'virtio-mmio-bus.0') {
        throw wrong(`'${text}': a disk lies in the first slot, not in ${bus}`, 'give bus=virtio-mmio-bus.0, or none');
      }
      this.#wanted.push({ id: drive, text });
      return [];
    }
    const remedy = 'say it as a device of the machine: --device name=type@address (`fwtest devices` lists them)';
    if (/-pci$/.test(type)) throw wrong(`'${text}': there is no PCI`, 'give virtio-blk-device, or leave it out');
    throw wrong(`'${text}' has no meaning here`, /net/.test(type) ? 'there are no networks: leave it out' : remedy);
  }

  /** All of it as arguments of ours. @throws UsageError when a drive and its device do not find each other */
  get args(): readonly string[] {
    const disks = [...this.#disks];
    const loose = [...this.#loose];
    for (const { id, text } of this.#wanted) {
      const at = loose.findIndex((one) => one.id === id);
      if (at < 0) throw wrong(`'${text}': there is no drive '${id}'`, `give -drive file=…,if=none,id=${id}`);
      disks.push(...loose.splice(at, 1));
    }
    const [left] = loose;
    if (left) {
      const remedy = `add -device virtio-blk-device,drive=${left.id ?? 'hd0'}, or give if=virtio`;
      throw wrong(`'${left.text}': no device has this drive`, remedy);
    }
    // One without a file stays erased.
    const flashes = Array.from(this.#flashes, (file) => file ?? 'none');
    return [...disks.flatMap(({ file }) => ['--drive', file]), ...flashes.flatMap((file) => ['--pflash', file])];
  }
}

/** `key=value` between commas; a comma of a value is written twice. */
export function pairs(value: string): Readonly<Partial<Record<string, string>>> {
  const pieces = value.replaceAll(',,', '\0').split(',');
  return Object.fromEntries(
    pieces
      .filter((piece) => piece !== '')
      .map((piece) => {
        const [, key = piece, text = 'on'] = /^([^=]*)=(.*)$/s.exec(piece) ?? [];
        return [key, text.replaceAll('\0', ',')];
      }),
  );
}

const wrong = (what: string, remedy: string): UsageError => new UsageError({ what, where: WHERE, remedy });
