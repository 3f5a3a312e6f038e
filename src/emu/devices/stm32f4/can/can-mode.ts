import type { DeviceContext } from '../../../device.js';
import type { RegisterCell } from '../../../register-file.js';
import type { TimedEvent } from '../../../scheduler.js';

/** Operating modes: RM0090 32.4. */

const [INRQ, SLEEP, AWUM] = [1, 2, 1 << 5] as const;
const [INAK, SLAK, WKUI, SLAKI] = [1, 2, 8, 16] as const;
const SLKIE = 1 << 17;
const MODE = { sleep: 0, init: 1, syncing: 2, normal: 3 } as const;

/** Recessive bits that bring a node in step (32.4.2), and how many times over lead out of bus-off (32.7.6). */
const SYNC_BITS = 11;
const RECOVERY = 128;

export interface ModeState {
  readonly mode: Int32Array;
  /** Sequences of 11 recessive bits still to come, and since when they are counted, in cycles of APB1. */
  readonly sequences: Int32Array;
  readonly since: Float64Array;
}

export interface ModeActions {
  readonly bitTime: number;
  /** A frame, own or not, is being carried: 32.9.2 (INRQ, SLEEP) lets it end. */
  readonly taking: boolean;
  readonly busBusy: boolean;
  readonly busOff: boolean;
  recovered(): void;
  /** It may send now. */
  ready(): void;
  now(): number;
}

export class CanMode {
  readonly #mcr: RegisterCell;
  readonly #msr: RegisterCell;
  readonly #ier: RegisterCell;
  readonly #state: ModeState;
  readonly #actions: ModeActions;
  readonly #event: TimedEvent;

  constructor(
    d: DeviceContext,
    registers: { readonly MCR: RegisterCell; readonly MSR: RegisterCell; readonly IER: RegisterCell },
    state: ModeState,
    actions: ModeActions,
  ) {
    this.#mcr = registers.MCR;
    this.#msr = registers.MSR;
    this.#ier = registers.IER;
    this.#state = state;
    this.#actions = actions;
    this.#event = d.event('recessive', () => this.#reached(), d.clockNamed('apb1'));
  }

  /** On the bus; bus-off it neither sends nor receives. */
  get active(): boolean {
    return this.#state.mode[0] === MODE.normal && !this.#actions.busOff;
  }
  get initialising(): boolean {
    return (this.#msr.value & INAK) !== 0;
  }

  /** INRQ or SLEEP changed, or what was on the bus is over. */
  settle(): void {
    const [control, mode] = [this.#mcr.value, this.#state.mode[0]!];
    if (this.#actions.taking) return;
    if (control & INRQ) this.#initialise(mode);
    else if (control & SLEEP) this.#sleep(mode);
    else if (mode === MODE.sleep || mode === MODE.init) {
      this.#state.mode[0] = MODE.syncing;
      this.#await(1);
    }
  }
  reset(): void {
    this.#event.cancel();
    this.#state.sequences[0] = 0;
    this.#state.mode[0] = MODE.sleep;
  }

  #initialise(mode: number): void {
    if (mode === MODE.init) return;
    this.#stop();
    this.#state.mode[0] = MODE.init;
    this.#msr.value = (this.#msr.value & ~(SLAK | SLAKI)) | INAK;
  }
  #sleep(mode: number): void {
    if (mode === MODE.sleep) return;
    this.#stop();
    this.#state.mode[0] = MODE.sleep;
    this.#msr.value = (this.#msr.value & ~INAK) | SLAK;
    // 32.9.2: with SLKIE = 0 the flag is not set.
    if (this.#ier.value & SLKIE) this.#msr.value |= SLAKI;
  }
  #stop(): void {
    this.#event.cancel();
    this.#state.sequences[0] = 0;
  }

  /** 32.9.2 (ABOM): leaves bus-off by itself, from now on. */
  recover(): void {
    if (this.#state.mode[0] === MODE.normal) this.#await(RECOVERY);
  }

  #await(sequences: number): void {
    this.#state.sequences[0] = sequences;
    this.#count();
  }
  #count(): void {
    const now = this.#actions.now();
    this.#state.since[0] = now;
    if (!this.#actions.busBusy) this.#event.at(now + this.#state.sequences[0]! * SYNC_BITS * this.#actions.bitTime);
  }

  /** A dominant bit: counting begins anew behind it; asleep, it wakes. Gives whether it did. */
  dominant(): boolean {
    const state = this.#state;
    if (state.mode[0] === MODE.sleep) return this.#wake();
    if (state.sequences[0] === 0 || !this.#event.armed) return false;
    const gone = Math.floor((this.#actions.now() - state.since[0]!) / (SYNC_BITS * this.#actions.bitTime));
    state.sequences[0] = Math.max(1, state.sequences[0]! - gone);
    this.#event.cancel();
    return false;
  }
  /** 32.4.3: SOF in sleep mode. */
  #wake(): boolean {
    this.#msr.value |= WKUI;
    if (this.#mcr.value & AWUM) {
      this.#mcr.value &= ~SLEEP;
      this.settle();
    }
    return true;
  }

  /** Eleven recessive bits behind a frame. */
  quiet(): void {
    const { sequences } = this.#state;
    if (sequences[0] === 0) return;
    if (--sequences[0]! > 0) this.#count();
    else this.#done();
  }
  #reached(): void {
    this.#state.sequences[0] = 0;
    this.#done();
  }

  #done(): void {
    if (this.#state.mode[0] === MODE.syncing) {
      this.#state.mode[0] = MODE.normal;
      this.#msr.value &= ~(INAK | SLAK | SLAKI);
      // 32.7.6: software that left initialisation mode has asked for the way out of bus-off.
      if (this.#actions.busOff) this.#await(RECOVERY);
    } else this.#actions.recovered();
    this.#actions.ready();
  }
}
