import { defineDevice } from '../../device.js';

/**
 * Electronic signature and option bytes, read-only: RM0090 39.1 (unique id), 39.2 (flash size), 3.7.1 (option bytes).
 */

/** The 96-bit unique id every virtual part has: wafer coordinates, then `FW` and `virtual` in ASCII. */
const UNIQUE_ID = [0x0020_0010, 0x4657_0001, 0x7472_6976] as const;

/** What lies between the option bytes and OTP in the system memory's last page, from 0x1FFF7A10. */
export function signature(flashKiB: number) {
  return defineDevice({
    name: 'stm32f4-signature',
    size: 0x20,
    read(offset, size) {
      const words = [...UNIQUE_ID, 0xffff_ffff, ((flashKiB << 16) | 0xffff) >>> 0];
      const word = words[offset >> 2] ?? 0xffff_ffff;
      return size === 4 ? word : word >>> ((offset & 3) * 8);
    },
  });
}

/** Factory option bytes, each with its complement above it: USER 0xEF (with RDP 0xAA), nWRP all ones. */
export function optionBytes() {
  const words = [0x5510_aaef, 0xffff_ffff, 0xf000_0fff, 0xffff_ffff];
  return defineDevice({
    name: 'stm32f4-option-bytes',
    size: 0x10,
    read: (offset, size) => words[offset >> 2]! >>> (size === 4 ? 0 : (offset & 3) * 8),
  });
}
