import { ACCESS, type CpuBus } from '../../bus-access.js';
import { BusFault } from '../../bus-fault.js';
import type { EngineHost } from '../../isa/cold-engine.js';
import { PAGE_SHIFT, PAGE_SIZE, READ_TABLE, WRITE_TABLE } from '../../isa/layout.js';
import type { CpuState } from './cpu-state.js';
import type { WordFault, WordMemory } from './exceptions.js';
import type { FaultStatus } from './fault-status.js';
import { BFSR } from './fault-status.js';
import { executeNever, inPrivatePeripheralBus, privateAccessFits, STIR_ADDRESS } from './memory-map.js';
import { userMayTrigger } from './nvic.js';
import type { Priorities } from './priorities.js';
import { CCR } from './system-bits.js';

/** An instruction cannot be fetched: the bus refuses (IBUSERR) or the region is execute never (IACCVIOL). */
export class FetchFault extends Error {
  readonly fault: WordFault;
  constructor(fault: WordFault, address: number) {
    super(`no instruction at ${address.toString(16)}`);
    this.fault = fault;
  }
}
/** UsageFault UNALIGNED (A3.2.1). */
export class UnalignedFault extends Error {}

export interface GuestMemoryParts {
  readonly bus: CpuBus;
  readonly memory: ArrayBuffer;
  readonly state: CpuState;
  readonly priorities: Priorities;
  readonly status: FaultStatus;
}

/** The core's view of the bus: alignment, the private peripheral bus and its privilege, execute-never regions. */
export class GuestMemory implements WordMemory, Omit<EngineHost, 'helpers'> {
  readonly #parts: GuestMemoryParts;
  readonly #bus: CpuBus;
  readonly #state: CpuState;
  readonly #words: Int32Array;
  readonly #readTable: Int32Array;
  readonly #writeTable: Int32Array;

  constructor(parts: GuestMemoryParts) {
    this.#parts = parts;
    this.#bus = parts.bus;
    this.#state = parts.state;
    this.#words = new Int32Array(parts.memory);
    this.#readTable = new Int32Array(parts.memory, READ_TABLE, 1 << (32 - PAGE_SHIFT));
    this.#writeTable = new Int32Array(parts.memory, WRITE_TABLE, 1 << (32 - PAGE_SHIFT));
  }

  load(address: number, size: number, flags: number): number {
    if ((address & (size - 1)) !== 0) return this.#loadUnaligned(address, size, flags);
    try {
      // a signed word: an unsigned one may be an object of its own to V8
      return this.#read(address, size, flags) | 0;
    } catch (error) {
      return this.#ignored(error);
    }
  }
  store(address: number, value: number, size: number, flags: number): void {
    if ((address & (size - 1)) !== 0) {
      this.#storeUnaligned(address, value, size, flags);
      return;
    }
    try {
      this.#write(address, size, value, flags);
    } catch (error) {
      this.#ignored(error);
    }
  }
  load64(address: number, flags: number): bigint {
    const low = this.load(address, 4, flags) >>> 0;
    return BigInt.asIntN(64, (BigInt(this.load(address + 4, 4, flags) >>> 0) << 32n) | BigInt(low));
  }
  store64(address: number, value: bigint, flags: number): void {
    this.store(address, Number(BigInt.asIntN(32, value)), 4, flags);
    this.store(address + 4, Number(BigInt.asIntN(32, value >> 32n)), 4, flags);
  }
  fetch16(address: number): number {
    if (executeNever(address)) throw new FetchFault('memManage', address >>> 0);
    try {
      return this.#bus.fetch16(address);
    } catch (error) {
      if (error instanceof BusFault) throw new FetchFault('bus', address >>> 0);
      throw error;
    }
  }
  codeAt(address: number): number | undefined {
    return this.#bus.codeAt(address);
  }
  constantWord(address: number): number | undefined {
    return this.#bus.constantWord(address);
  }
  codeDecoded(address: number, length: number): void {
    this.#bus.codeDecoded(address, length);
  }

  readWord(address: number): number {
    const host = this.#readTable[address >>> PAGE_SHIFT]!;
    if (host !== 0) return this.#words[(address + host) >> 2]!;
    return this.#read(address, 4, 0);
  }
  readWords(address: number, words: Int32Array): void {
    const host = staysInPage(address, words.length) ? this.#readTable[address >>> PAGE_SHIFT]! : 0;
    const first = (address + host) >> 2;
    if (host === 0) for (let i = 0; i < words.length; i++) words[i] = this.readWord(address + 4 * i);
    else for (let i = 0; i < words.length; i++) words[i] = this.#words[first + i]!;
  }
  writeWords(address: number, words: Int32Array): void {
    const host = staysInPage(address, words.length) ? this.#writeTable[address >>> PAGE_SHIFT]! : 0;
    const first = (address + host) >> 2;
    if (host === 0) for (let i = 0; i < words.length; i++) this.#writeWord(address + 4 * i, words[i]!);
    else for (let i = 0; i < words.length; i++) this.#words[first + i] = words[i]!;
  }
  #writeWord(address: number, value: number): void {
    const host = this.#writeTable[address >>> PAGE_SHIFT]!;
    if (host !== 0) this.#words[(address + host) >> 2] = value;
    else this.#write(address, 4, value, 0);
  }
  faultOf(error: unknown): WordFault {
    if (error instanceof BusFault) return 'bus';
    throw error;
  }

  #read(address: number, size: number, flags: number): number {
    if (inPrivatePeripheralBus(address)) this.#checkPrivate(address, size, flags, false);
    return this.#bus.read(address, size, this.#access(flags)) | 0;
  }
  #write(address: number, size: number, value: number, flags: number): void {
    if (inPrivatePeripheralBus(address)) this.#checkPrivate(address, size, flags, true);
    this.#bus.write(address, size, value, this.#access(flags));
  }
  #access(flags: number): number {
    return this.#state.privileged ? flags : flags | ACCESS.unprivileged;
  }

  /** Privileged accesses of the right size only (B3.1.1); a fault is a BusFault. */
  #checkPrivate(address: number, size: number, flags: number, write: boolean): void {
    const { state } = this.#parts;
    const privileged = state.privileged && (flags & ACCESS.unprivileged) === 0;
    if (!privileged && !(write && address >>> 0 === STIR_ADDRESS && userMayTrigger(state.ccr))) {
      throw new BusFault('unprivileged', address, write, 'the private peripheral bus is for privileged software');
    }
    if (!privateAccessFits(address, size)) {
      throw new BusFault('device', address, write, `no access of ${size} byte${size > 1 ? 's' : ''} to this register`);
    }
  }

  /** Traps where it has to (A3.2.1), else goes in pieces, as the core puts it on the bus (Arm DDI 0439D 3.3.2). */
  #loadUnaligned(address: number, size: number, flags: number): number {
    this.#mayBeUnaligned(address, flags);
    if (size === 4 && (address & 1) === 0) {
      return this.load(address, 2, flags) | (this.load(address + 2, 2, flags) << 16);
    }
    let value = 0;
    for (let i = 0; i < size; i++) value |= this.load(address + i, 1, flags) << (8 * i);
    return value;
  }
  #storeUnaligned(address: number, value: number, size: number, flags: number): void {
    this.#mayBeUnaligned(address, flags);
    if (size === 4 && (address & 1) === 0) {
      this.store(address, value & 0xffff, 2, flags);
      this.store(address + 2, value >>> 16, 2, flags);
      return;
    }
    for (let i = 0; i < size; i++) this.store(address + i, (value >>> (8 * i)) & 0xff, 1, flags);
  }
  #mayBeUnaligned(address: number, flags: number): void {
    const trapped = (flags & ACCESS.aligned) !== 0 || (this.#state.ccr & CCR.UNALIGN_TRP) !== 0;
    if (trapped || inPrivatePeripheralBus(address)) throw new UnalignedFault();
  }

  /** CCR.BFHFNMIGN: handlers at priority −1 and −2 go on after a data bus fault, and see it in BFSR (B3.2.8). */
  #ignored(error: unknown): number {
    const { state, priorities, status } = this.#parts;
    const ignores = (state.ccr & CCR.BFHFNMIGN) !== 0 && priorities.executionPriority() < 0;
    if (!ignores || !(error instanceof BusFault)) throw error;
    status.bfar = error.address;
    status.cfsr |= BFSR.PRECISERR | BFSR.BFARVALID;
    return 0;
  }
}

const staysInPage = (address: number, words: number): boolean => (address & (PAGE_SIZE - 1)) + 4 * words <= PAGE_SIZE;
