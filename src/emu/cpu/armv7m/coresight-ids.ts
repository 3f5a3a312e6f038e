import { r, reg } from '../../registers.js';

/** Who made a CoreSight component, and what it is: fields of its identification registers. */
export interface ComponentId {
  /** 12 bits. */
  readonly part: number;
  /** JEP106 bank in bits 11:8 (0x4 for Arm), code in bits 6:0. */
  readonly designer?: number;
  readonly revision?: number;
  /** Component class: 0xe generic IP, 0x9 CoreSight, 0x1 ROM table. */
  readonly class?: number;
}

const ARM = 0x43b;

const identity = (offset: number, value: number, section: string) => reg(offset, { ID: r(0, 8) }, value, section);

/** PIDR0–7 and CIDR0–3 in the last 48 bytes of a component of 4 KiB; `base` is added to their offsets. */
export function componentIds(
  { part, designer = ARM, revision = 0, class: kind = 0xe }: ComponentId,
  section: string,
  base = 0,
) {
  const at = (offset: number, value: number) => identity(base + offset, value, section);
  return {
    PIDR4: at(0xfd0, designer >>> 8),
    PIDR5: at(0xfd4, 0),
    PIDR6: at(0xfd8, 0),
    PIDR7: at(0xfdc, 0),
    PIDR0: at(0xfe0, part & 0xff),
    PIDR1: at(0xfe4, ((designer & 0xf) << 4) | (part >>> 8)),
    PIDR2: at(0xfe8, (revision << 4) | 8 | ((designer >>> 4) & 7)),
    PIDR3: at(0xfec, 0),
    CIDR0: at(0xff0, 0x0d),
    CIDR1: at(0xff4, kind << 4),
    CIDR2: at(0xff8, 0x05),
    CIDR3: at(0xffc, 0xb1),
  };
}
