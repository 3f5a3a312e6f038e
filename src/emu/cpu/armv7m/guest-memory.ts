import { ACCESS, type CpuBus } from '../../bus-access.js';
import { BusFault } from '../../bus-fault.js';
import type { EngineHost } from '../../isa/cold-engine.js';
import { PAGE_SHIFT, PAGE_SIZE, READ_TABLE, WRITE_TABLE } from '../../isa/layout.js';
import { piecesOf } from '../../isa/slow-path.js';
import type { CpuState } from './cpu-state.js';
import type { WordFault, WordMemory } from './exceptions.js';
import type { FaultStatus } from './fault-status.js';
import { BFSR } from './fault-status.js';
import { inPrivatePeripheralBus, isStimulusPort, privateAccessFits, STIR_ADDRESS } from './memory-map.js';
import { userMayTrigger } from './nvic.js';
import type { Priorities } from './priorities.js';
import type { Shield } from './shield.js';
import { CCR } from './system-bits.js';

/** An instruction cannot be fetched: the bus refuses (IBUSERR) or the region is execute never (IACCVIOL). */
export class FetchFault extends Error {
  readonly fault: WordFault;
  constructor(fault: WordFault, address: number) {
    super(`no instruction at ${address.toString(16)}`);
    this.fault = fault;
  }
}
/** MemManage: the MPU does not let a load or store through (B3.5.3). */
export class ProtectionFault extends Error {
  readonly address: number;
  constructor(address: number) {
    super(`no access to ${(address >>> 0).toString(16)}`);
    this.address = address >>> 0;
  }
}
/** UsageFault UNALIGNED (A3.2.1). */
export class UnalignedFault extends Error {
  /** The address, where it is one of Device memory, which is never accessed unaligned. */
  readonly device: number | undefined;
  constructor(device?: number) {
    super('unaligned access');
    this.device = device;
  }
}

export interface GuestMemoryParts {
  readonly bus: CpuBus;
  readonly memory: ArrayBuffer;
  readonly state: CpuState;
  readonly priorities: Priorities;
  readonly status: FaultStatus;
  readonly shield: Shield;
  /** ITM_TPR. */
  readonly control: { readonly tpr: number };
}

/** The core's view of the bus: alignment, the private peripheral bus and its privilege, execute-never regions. */
export class GuestMemory implements WordMemory, Omit<EngineHost, 'helpers'> {
  readonly #parts: GuestMemoryParts;
  readonly #bus: CpuBus;
  readonly #state: CpuState;
  readonly #words: Int32Array;
  readonly #readTable: Int32Array;
  readonly #writeTable: Int32Array;
  readonly #shield: Shield;
  /** Whether unstacking is done for privileged code. */
  #unstacksPrivileged = true;
  /** FPB: the halfword of an instruction that it replaces. */
  patch: ((address: number) => number | undefined) | undefined;

  constructor(parts: GuestMemoryParts) {
    this.#parts = parts;
    this.#bus = parts.bus;
    this.#state = parts.state;
    this.#shield = parts.shield;
    this.#words = new Int32Array(parts.memory);
    this.#readTable = new Int32Array(parts.memory, READ_TABLE, 1 << (32 - PAGE_SHIFT));
    this.#writeTable = new Int32Array(parts.memory, WRITE_TABLE, 1 << (32 - PAGE_SHIFT));
  }

  load(address: number, size: number, flags: number): number {
    if ((address & (size - 1)) !== 0) return this.#loadUnaligned(address, size, flags);
    try {
      // a signed word: an unsigned one may be an object of its own to V8
      const value = this.#read(address, size, flags) | 0;
      this.#state.chargeBridge(address);
      return value;
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
    if (!this.#shield.permitsFetch(address)) throw new FetchFault('memManage', address >>> 0);
    try {
      const patched = this.patch?.(address >>> 0);
      if (patched !== undefined) return patched;
      return this.#bus.fetch16(address);
    } catch (error) {
      if (error instanceof BusFault) throw new FetchFault('bus', address >>> 0);
      throw error;
    }
  }
  alwaysFetched(address: number, length: number): boolean {
    return this.#shield.alwaysFetched(address, length);
  }
  codeAt(address: number): number | undefined {
    return this.#bus.codeAt(address);
  }
  constantWord(address: number): number | undefined {
    return this.#shield.looksAt(address) ? undefined : this.#bus.constantWord(address);
  }
  codeDecoded(address: number, length: number): void {
    this.#bus.codeDecoded(address, length);
  }

  /** A word of the vector table: the MPU does not check these (B3.5.3, AccType_VECTABLE). */
  readWord(address: number): number {
    const host = this.#readTable[address >>> PAGE_SHIFT]!;
    if (host !== 0) return this.#words[(address + host) >> 2]!;
    return this.#bus.read(address, 4) | 0;
  }
  /** Unstacking comes next, to Handler mode or to Thread mode, whose privilege it has (B1.5.8). */
  unstackFor(handler: boolean): void {
    this.#unstacksPrivileged = handler || (this.#state.control & 1) === 0;
  }
  readWords(address: number, words: Int32Array): void {
    const privileged = this.#unstacksPrivileged;
    this.#shield.showFor(privileged);
    const host = staysInPage(address, words.length) ? this.#readTable[address >>> PAGE_SHIFT]! : 0;
    const first = (address + host) >> 2;
    const flags = privileged ? 0 : ACCESS.unprivileged;
    if (host === 0) for (let i = 0; i < words.length; i++) words[i] = this.#read(address + 4 * i, 4, flags, privileged);
    else for (let i = 0; i < words.length; i++) words[i] = this.#words[first + i]!;
  }
  /** Stacking has the privilege of the code that is interrupted (B1.5.6). */
  writeWords(address: number, words: Int32Array): void {
    this.#shield.showFor(this.#state.privileged);
    const host = staysInPage(address, words.length) ? this.#writeTable[address >>> PAGE_SHIFT]! : 0;
    const first = (address + host) >> 2;
    if (host === 0) for (let i = 0; i < words.length; i++) this.#write(address + 4 * i, 4, words[i]!, 0);
    else for (let i = 0; i < words.length; i++) this.#words[first + i] = words[i]!;
  }
  /** Lazy state preservation is checked as the frame would have been when it was made: FPCCR says how (B1.5.7, B3.5.3). */
  writeDeferred(address: number, words: Int32Array, privileged: boolean, negative: boolean): void {
    if (!this.#shield.active) {
      this.writeWords(address, words);
      return;
    }
    for (let i = 0; i < words.length; i++) {
      const at = (address + 4 * i) | 0;
      if (!this.#shield.permitsDeferred(at, privileged, negative)) throw new ProtectionFault(at);
      this.#bus.write(at, 4, words[i]!, privileged ? 0 : ACCESS.unprivileged);
      for (const observer of this.#shield.observers) observer.accessed(at >>> 0, 4, words[i]!, true);
    }
  }
  faultOf(error: unknown): WordFault {
    if (error instanceof BusFault) return 'bus';
    if (error instanceof ProtectionFault) return 'memManage';
    throw error;
  }

  #read(address: number, size: number, flags: number, privileged = this.#privileged(flags)): number {
    if (inPrivatePeripheralBus(address)) {
      if (!privileged && this.#isMasked(address)) return 0;
      this.#checkPrivate(address, size, privileged, false);
    } else if (this.#shield.active && !this.#shield.permits(address, false, privileged))
      throw new ProtectionFault(address);
    const access = accessOf(flags, privileged);
    const observed = this.#shield.observers.length > 0;
    const value = observed ? this.#observedRead(address >>> 0, size, access) : this.#bus.read(address, size, access);
    if (this.#shield.active) this.#shield.used(address);
    return value | 0;
  }
  #write(address: number, size: number, value: number, flags: number): void {
    const privileged = this.#privileged(flags);
    if (inPrivatePeripheralBus(address)) {
      if (!privileged && this.#isMasked(address)) return;
      this.#checkPrivate(address, size, privileged, true);
    } else if (this.#shield.active && !this.#shield.permits(address, true, privileged))
      throw new ProtectionFault(address);
    this.#bus.write(address, size, value, accessOf(flags, privileged));
    if (this.#shield.active) this.#shield.used(address);
    for (const observer of this.#shield.observers) observer.accessed(address >>> 0, size, value, true);
  }
  #observedRead(address: number, size: number, access: number): number {
    let value: number | undefined;
    for (const observer of this.#shield.observers) value ??= observer.replaced(address, size);
    value ??= this.#bus.read(address, size, access);
    for (const observer of this.#shield.observers) observer.accessed(address, size, value, false);
    return value | 0;
  }
  #privileged(flags: number): boolean {
    return (flags & ACCESS.unprivileged) === 0 && this.#state.privileged;
  }

  /** Privileged accesses of the right size only (B3.1.1); a fault is a BusFault. */
  #checkPrivate(address: number, size: number, privileged: boolean, write: boolean): void {
    const triggers = write && address >>> 0 === STIR_ADDRESS && userMayTrigger(this.#state.ccr);
    if (!privileged && !triggers && !isStimulusPort(address)) {
      throw new BusFault('unprivileged', address, write, 'the private peripheral bus is for privileged software');
    }
    if (!privateAccessFits(address, size)) {
      throw new BusFault('device', address, write, `no access of ${size} byte${size > 1 ? 's' : ''} to this register`);
    }
  }

  /** A stimulus port that ITM_TPR keeps from unprivileged code: reads as zero, writes are ignored (C1.7.5). */
  #isMasked(address: number): boolean {
    if (!isStimulusPort(address)) return false;
    return ((this.#parts.control.tpr >>> ((address >>> 5) & 3)) & 1) !== 0;
  }

  /** Traps where it has to (A3.2.1), else goes in pieces, as the core puts it on the bus (Arm DDI 0439D 3.3.2). */
  #loadUnaligned(address: number, size: number, flags: number): number {
    this.#mayBeUnaligned(address, flags);
    this.#state.chargePieces(piecesOf(address, size));
    if (size === 4 && (address & 1) === 0) {
      return this.load(address, 2, flags) | (this.load(address + 2, 2, flags) << 16);
    }
    let value = 0;
    for (let i = 0; i < size; i++) value |= this.load(address + i, 1, flags) << (8 * i);
    return value;
  }
  #storeUnaligned(address: number, value: number, size: number, flags: number): void {
    this.#mayBeUnaligned(address, flags);
    this.#state.chargePieces(piecesOf(address, size));
    if (size === 4 && (address & 1) === 0) {
      this.store(address, value & 0xffff, 2, flags);
      this.store(address + 2, value >>> 16, 2, flags);
      return;
    }
    for (let i = 0; i < size; i++) this.store(address + i, (value >>> (8 * i)) & 0xff, 1, flags);
  }
  #mayBeUnaligned(address: number, flags: number): void {
    const trapped = (flags & ACCESS.aligned) !== 0 || (this.#state.ccr & CCR.UNALIGN_TRP) !== 0;
    if (this.#shield.isDevice(address, this.#privileged(flags))) throw new UnalignedFault(address);
    if (trapped) throw new UnalignedFault();
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

const accessOf = (flags: number, privileged: boolean): number => (privileged ? flags : flags | ACCESS.unprivileged);

const staysInPage = (address: number, words: number): boolean => (address & (PAGE_SIZE - 1)) + 4 * words <= PAGE_SIZE;
