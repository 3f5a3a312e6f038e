import type { DeviceInstance } from './device-instance.js';
import type { MemoryBlock } from './memory.js';

export type RegionKind = 'memory' | 'device' | 'bit-band' | 'absent';

/** A range of guest addresses and what answers there. */
export class Region {
  readonly kind: RegionKind;
  readonly name: string;
  readonly start: number;
  /** First address after it; up to 2³². */
  readonly end: number;
  /** `start`, and the last byte's offset, as signed words: whether an address lies inside is then integer arithmetic. */
  private readonly base: number;
  private readonly last: number;
  /** User-mode accesses are refused. */
  readonly privileged: boolean;
  /** It lies beside the core: other bus masters do not reach it. */
  readonly core: boolean;
  /** The one of several cores that sees it; undefined: all. */
  readonly bank: number | undefined;
  /** Another core than that executes. */
  hidden = false;
  readonly device: DeviceInstance | null;
  readonly memory: MemoryBlock | null;
  /** Memory, device: where in it the region begins. Bit-band alias: the address of its first bit. */
  readonly target: number;
  /** The address at which a device's first byte is, or would be, as a signed word. */
  private readonly origin: number;

  constructor(
    kind: RegionKind,
    name: string,
    start: number,
    size: number,
    rest: {
      privileged?: boolean;
      core?: boolean;
      bank?: number | undefined;
      device?: DeviceInstance;
      memory?: MemoryBlock;
      target?: number;
    } = {},
  ) {
    this.kind = kind;
    this.name = name;
    this.start = start;
    this.end = start + size;
    this.base = start | 0;
    this.last = (size - 1) | 0;
    this.privileged = rest.privileged ?? false;
    this.core = rest.core ?? false;
    this.bank = rest.bank;
    this.device = rest.device ?? null;
    this.memory = rest.memory ?? null;
    this.target = rest.target ?? 0;
    this.origin = (start - (kind === 'device' ? this.target : 0)) | 0;
  }

  /** Whether an address, signed or unsigned, lies inside. */
  holds(address: number): boolean {
    return (address - this.base) >>> 0 <= this.last >>> 0;
  }
  /** The offset into the device, for an address that the region holds. */
  offsetOf(address: number): number {
    return (address - this.origin) | 0;
  }
  overlaps(other: Region): boolean {
    const apart = this.bank !== undefined && other.bank !== undefined && this.bank !== other.bank;
    return !apart && this.start < other.end && other.start < this.end;
  }
}
