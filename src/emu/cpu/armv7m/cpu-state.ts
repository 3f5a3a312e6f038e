import { InternalError } from '../../errors.js';
import type { Isa } from '../../isa/instruction.js';
import { ENGINE, layoutState, SCALARS, type StateLayout } from '../../isa/layout.js';
import type { StateAllocator } from './allocator.js';
import { FIRST_SINGLE } from './float-emit.js';
import { FPSCR_FLAGS, FPSCR_STATUS } from './float-status.js';

const MSP = 0;
const PSP = 1;
const CONTROL_SPSEL = 2;
const CONTROL_FPCA = 4;
/** STKALIGN is set on a Cortex-M4 (Arm DDI 0439D table 4-1). */
const CCR_RESET = 0x200;

/** Bits of xPSR (B1.4.2). */
export const XPSR = { N: 1 << 31, Z: 1 << 30, C: 1 << 29, V: 1 << 28, Q: 1 << 27, T: 1 << 24 } as const;
const APSR_FLAGS = 0xf800_0000 | 0;

/**
 * The registers of the core as the engine keeps them in its memory, with the views the manual gives of them: xPSR
 * composed of its parts, and SP_main and SP_process of which r13 is the one in use (B1.4.1).
 */
export class CpuState {
  /** r0–r14; r13 is the stack pointer in use. Index 15 is not the PC. */
  r: Int32Array;
  /** S0–S31, as bits. */
  s: Int32Array;
  /** Interruption status: not zero in Handler mode (B1.3.1). */
  #words: Int32Array;
  readonly #memory: ArrayBuffer;
  readonly #views = new Map<number, [Int32Array, Int32Array, Int32Array]>();
  readonly #layout: StateLayout;
  /** The machine's. */
  readonly #budget: Int32Array;
  readonly #index: Readonly<Record<string, number>>;
  readonly #banked: Int32Array;
  /** End of the data below the main stack, 0 if nobody knows it. */
  readonly #guard: Int32Array;
  readonly #thumb: Int32Array;
  readonly #at: {
    readonly n: number;
    readonly z: number;
    readonly c: number;
    readonly va: number;
    readonly vb: number;
    readonly q: number;
    readonly ge: number;
    readonly itstate: number;
    readonly exclusive: number;
    readonly ipsr: number;
    readonly primask: number;
    readonly faultmask: number;
    readonly basepri: number;
    readonly control: number;
    readonly ccr: number;
    readonly event: number;
    readonly stackLimit: number;
    readonly stackPc: number;
    readonly fpnzcv: number;
    readonly fpscr: number;
    readonly fpready: number;
  };

  constructor(isa: Pick<Isa, 'state'>, memory: ArrayBuffer, allocator: StateAllocator) {
    const layout = layoutState(isa as Isa);
    this.#memory = memory;
    this.#layout = layout;
    this.#budget = new Int32Array(memory, 0, SCALARS >> 2);
    [this.r, this.s, this.#words] = this.#wordsAt(0);
    this.#index = Object.fromEntries(Object.entries(layout.scalars).map(([name, { offset }]) => [name, offset >> 2]));
    const at = (name: string): number => {
      const index = this.#index[name];
      if (index === undefined) throw new InternalError({ what: `the instruction set has no scalar '${name}'` });
      return index;
    };
    this.#at = {
      n: at('n'),
      z: at('z'),
      c: at('c'),
      va: at('va'),
      vb: at('vb'),
      q: at('q'),
      ge: at('ge'),
      itstate: at('itstate'),
      exclusive: at('exclusive'),
      ipsr: at('ipsr'),
      primask: at('primask'),
      faultmask: at('faultmask'),
      basepri: at('basepri'),
      control: at('control'),
      ccr: at('ccr'),
      event: at('event'),
      stackLimit: at('stackLimit'),
      stackPc: at('stackPc'),
      fpnzcv: at('fpnzcv'),
      fpscr: at('fpscr'),
      fpready: at('fpready'),
    };
    this.#banked = allocator.i32('stack-pointers', 2);
    this.#guard = allocator.i32('stack-guard', 1);
    this.#thumb = allocator.i32('epsr-t', 1);
  }

  /** Its words are so many bytes behind where the engine has them, from now on. */
  moveTo(distance: number): void {
    const views = this.#views.get(distance) ?? this.#wordsAt(distance);
    this.#views.set(distance, views);
    [this.r, this.s, this.#words] = views;
  }
  #wordsAt(distance: number): [Int32Array, Int32Array, Int32Array] {
    const { registers, end } = this.#layout;
    const words = (from: number, count: number) => new Int32Array(this.#memory, distance + from, count);
    return [words(registers, 16), words(registers + 4 * FIRST_SINGLE, 32), words(0, end >> 2)];
  }

  /** Reset values (B1.5.5); what is UNKNOWN becomes 0. LR is all ones. */
  reset(): void {
    this.r.fill(0);
    this.s.fill(0);
    this.r[14] = -1;
    this.#banked.fill(0);
    for (const index of Object.values(this.#at)) this.#words[index] = 0;
    this.#words[this.#at.z] = 1;
    this.#words[this.#at.stackLimit] = this.#guard[0]!;
    this.ccr = CCR_RESET;
    this.strictAlignment = false;
    this.thumb = 1;
  }

  get pc(): number {
    return this.#words[ENGINE.pc >> 2]! >>> 0;
  }
  set pc(value: number) {
    this.#words[ENGINE.pc >> 2] = value;
  }
  /** Ticks left in the machine's slice. */
  get budget(): number {
    return this.#budget[ENGINE.budget >> 2]!;
  }
  charge(cycles: number): void {
    this.#budget[ENGINE.budget >> 2] = this.#budget[ENGINE.budget >> 2]! - cycles;
  }
  /** A read behind a bridge (bridges.ts). */
  chargeBridge(address: number): void {
    if (address >>> 17 === 0x4000_0000 >>> 17)
      this.charge(this.#budget[(ENGINE.bridgeWaits >> 2) + ((address >>> 16) & 1)]!);
  }
  /** Accesses that an unaligned one is made of, beside the first. */
  chargePieces(accesses: number): void {
    this.charge(accesses * this.#budget[ENGINE.piecesCost >> 2]!);
  }
  set strictAlignment(on: boolean) {
    this.#words[ENGINE.strictAlignment >> 2] = on ? 1 : 0;
  }

  get ipsr(): number {
    return this.#words[this.#at.ipsr]!;
  }
  set ipsr(value: number) {
    this.#words[this.#at.ipsr] = value;
  }
  get itstate(): number {
    return this.#words[this.#at.itstate]!;
  }
  set itstate(value: number) {
    this.#words[this.#at.itstate] = value;
  }
  get primask(): number {
    return this.#words[this.#at.primask]!;
  }
  set primask(value: number) {
    this.#words[this.#at.primask] = value;
  }
  get faultmask(): number {
    return this.#words[this.#at.faultmask]!;
  }
  set faultmask(value: number) {
    this.#words[this.#at.faultmask] = value;
  }
  get basepri(): number {
    return this.#words[this.#at.basepri]!;
  }
  set basepri(value: number) {
    this.#words[this.#at.basepri] = value;
  }
  /** CONTROL: nPRIV bit 0, SPSEL bit 1, FPCA bit 2. Setting it does not move r13: see `selectStack`. */
  get control(): number {
    return this.#words[this.#at.control]!;
  }
  set control(value: number) {
    this.#words[this.#at.control] = value;
  }
  get ccr(): number {
    return this.#words[this.#at.ccr]!;
  }
  set ccr(value: number) {
    this.#words[this.#at.ccr] = value;
  }
  get event(): number {
    return this.#words[this.#at.event]!;
  }
  set event(value: number) {
    this.#words[this.#at.event] = value;
  }
  /** CONTROL.FPCA: what runs has a floating-point context (B1.4.4). */
  get fpca(): boolean {
    return (this.control & CONTROL_FPCA) !== 0;
  }
  set fpca(on: boolean) {
    this.control = on ? this.control | CONTROL_FPCA : this.control & ~CONTROL_FPCA;
  }
  /** FPSCR (A2.5.3); reserved bits are 0. */
  get fpscr(): number {
    return this.#words[this.#at.fpnzcv]! | this.#words[this.#at.fpscr]!;
  }
  set fpscr(value: number) {
    this.#words[this.#at.fpnzcv] = value & FPSCR_FLAGS;
    this.#words[this.#at.fpscr] = value & FPSCR_STATUS;
  }
  /** Floating-point instructions execute without the core doing anything before. */
  set floatReady(on: boolean) {
    this.#words[this.#at.fpready] = on ? 1 : 0;
  }
  /** EPSR.T: the engine only runs while it is 1. */
  get thumb(): number {
    return this.#thumb[0]!;
  }
  set thumb(value: number) {
    this.#thumb[0] = value;
  }

  get handlerMode(): boolean {
    return this.ipsr !== 0;
  }
  /** CurrentModeIsPrivileged() (B1.3.1). */
  get privileged(): boolean {
    return this.ipsr !== 0 || (this.control & 1) === 0;
  }

  /** ClearExclusiveLocal() (A3.4). */
  clearExclusive(): void {
    this.#words[this.#at.exclusive] = 0;
  }

  get apsr(): number {
    const w = this.#words;
    const at = this.#at;
    return (
      (w[at.n]! & XPSR.N) |
      (w[at.z] === 0 ? XPSR.Z : 0) |
      (w[at.c]! << 29) |
      ((overflow(w[at.va]!, w[at.vb]!) >>> 31) << 28) |
      (w[at.q]! << 27) |
      (w[at.ge]! << 16)
    );
  }
  /** Writes N, Z, C, V and Q from their places in `value`. */
  setFlags(value: number): void {
    const w = this.#words;
    const at = this.#at;
    w[at.n] = value & XPSR.N;
    w[at.z] = (value & XPSR.Z) === 0 ? 1 : 0;
    w[at.c] = (value >>> 29) & 1;
    // −2³¹ − 1 overflows, 0 − 1 does not
    w[at.va] = (value << 3) & XPSR.N;
    w[at.vb] = 1;
    w[at.q] = (value >>> 27) & 1;
  }
  setGE(value: number): void {
    this.#words[this.#at.ge] = (value >>> 16) & 0xf;
  }

  /** The whole xPSR as it is stacked: flags, ITSTATE in bits 26:25 and 15:10, T, exception number. */
  get xpsr(): number {
    const it = this.itstate;
    return this.apsr | ((it & 3) << 25) | (this.thumb << 24) | ((it >> 2) << 10) | this.ipsr;
  }
  set xpsr(value: number) {
    this.setFlags(value & APSR_FLAGS);
    this.setGE(value);
    const it = ((value >>> 25) & 3) | ((value >>> 8) & 0xfc);
    // bits 3:0 of 0 say that there is no IT block, whatever the condition (A7.3.3)
    this.itstate = (it & 15) === 0 ? 0 : it;
    this.thumb = (value >>> 24) & 1;
    this.ipsr = value & 0x1ff;
  }

  /** Whether r13 is SP_process: CONTROL.SPSEL, which is 0 in Handler mode. */
  get usesProcessStack(): boolean {
    return (this.control & CONTROL_SPSEL) !== 0;
  }
  /** Makes SP_process (or SP_main) the stack in use: CONTROL.SPSEL and r13. */
  selectStack(process: boolean): void {
    if (process === this.usesProcessStack) return;
    this.#banked[process ? MSP : PSP] = this.r[13]!;
    this.r[13] = this.#banked[process ? PSP : MSP]!;
    this.control = process ? this.control | CONTROL_SPSEL : this.control & ~CONTROL_SPSEL;
    this.#words[this.#at.stackLimit] = process ? 0 : this.#guard[0]!;
  }
  /** Watches the main stack from here on: below `limit` lies data. 0 ends that. */
  guardStack(limit: number): void {
    this.#guard[0] = limit;
    this.#words[this.#at.stackLimit] = this.usesProcessStack ? 0 : limit;
  }
  /** Address of the instruction by which the main stack first grew below its limit, 0 if it never did. */
  get overflowedAt(): number {
    return this.#words[this.#at.stackPc]! >>> 0;
  }
  /** The stacking hardware lowers the stack pointer, too. */
  growStack(sp: number): void {
    const w = this.#words;
    if (sp >>> 0 < w[this.#at.stackLimit]! >>> 0 && w[this.#at.stackPc] === 0) w[this.#at.stackPc] = this.pc;
    this.r[13] = sp;
  }
  get msp(): number {
    return (this.usesProcessStack ? this.#banked[MSP]! : this.r[13]!) >>> 0;
  }
  set msp(value: number) {
    // A stack somewhere else has an end that nobody knows.
    if (value >>> 0 <= this.#guard[0]! >>> 0) this.guardStack(0);
    if (this.usesProcessStack) this.#banked[MSP] = value;
    else this.r[13] = value;
  }
  get psp(): number {
    return (this.usesProcessStack ? this.r[13]! : this.#banked[PSP]!) >>> 0;
  }
  set psp(value: number) {
    if (this.usesProcessStack) this.r[13] = value;
    else this.#banked[PSP] = value;
  }
}

/** The overflow of a − b in the sign bit. */
const overflow = (a: number, b: number) => (a ^ b) & (a ^ (a - b));
