/**
 * A timer clock by clock, for the tests: as RM0090 17.3.1 to 17.3.3, 17.3.8 to 17.3.10 and the descriptions of 17.4 tell it, with nothing
 * worked out ahead. It shares no code with the model.
 */
export class ReferenceTimer {
  // Preload registers and control bits, as software wrote them.
  cen = false;
  udis = false;
  urs = false;
  opm = false;
  arpe = false;
  dir = 0;
  cms = 0;
  pscPreload = 0;
  arrPreload = 0xffff;
  rcr = 0;
  readonly ccrPreload = [0, 0, 0, 0];
  readonly ocpe = [false, false, false, false];
  readonly ocm = [0, 0, 0, 0];
  // What counts.
  cnt = 0;
  psc = 0;
  arr = 0xffff;
  rep = 0;
  readonly ccr = [0, 0, 0, 0];
  sr = 0;
  readonly level = [false, false, false, false];
  /** CNT_EN, one clock behind CEN. */
  #running = false;
  #divider = 0;

  clock(): void {
    if (this.#running) {
      if (this.#divider >= this.psc) {
        this.#divider = 0;
        if (this.arr !== 0) this.#count();
      } else this.#divider++;
    }
    this.#running = this.cen;
    this.#references();
  }

  #count(): void {
    const before = this.cnt;
    let overflow = false;
    let underflow = false;
    if (this.cms === 0 && this.dir === 0) {
      overflow = before === this.arr;
      if (overflow) this.#beyond();
      if (overflow) this.#overflowed();
      this.cnt = overflow ? 0 : (before + 1) & 0xffff;
    } else if (this.cms === 0) {
      underflow = before === 0;
      if (underflow) this.#beyond();
      if (underflow) this.#overflowed();
      this.cnt = underflow ? this.arr : before - 1;
    } else if (this.dir === 0) {
      // Counts to ARR - 1, overflows, and goes on from ARR downwards.
      overflow = before === this.arr - 1;
      if (overflow) this.#beyond();
      if (overflow) this.#overflowed();
      this.cnt = overflow ? this.arr : (before + 1) & 0xffff;
      if (overflow) this.dir = this.cnt === 0 ? 0 : 1;
    } else {
      underflow = before === 1;
      if (underflow) this.#overflowed();
      this.cnt = before - 1;
      if (underflow) this.dir = 0;
    }
    const counting = overflow ? 'turn' : underflow ? 'turn' : this.cnt < before ? 'down' : 'up';
    for (let x = 0; x < 4; x++) if (this.cnt === this.ccr[x]) this.#matched(x, this.cnt === 0 ? 'turn' : counting);
  }

  /** CCRx > ARR: the flag rises with the overflow. */
  #beyond(): void {
    for (let x = 0; x < 4; x++) if (this.ccr[x]! > this.arr) this.sr |= 2 << x;
  }
  #matched(x: number, counting: 'up' | 'down' | 'turn'): void {
    const shows = this.cms === 0 || counting === 'turn' || this.cms === 3 || (this.cms === 1) === (counting === 'down');
    if (shows) this.sr |= 2 << x;
    if (this.ocm[x] === 1) this.level[x] = true;
    if (this.ocm[x] === 2) this.level[x] = false;
    if (this.ocm[x] === 3) this.level[x] = !this.level[x];
  }

  #overflowed(): void {
    if (this.rep > 0) {
      this.rep--;
      return;
    }
    this.rep = this.rcr;
    if (this.udis) return;
    this.#update();
    this.sr |= 1;
  }
  /** An update event, whatever raised it: with OPM the counter stops there (17.4.1). */
  #update(): void {
    this.psc = this.pscPreload;
    this.arr = this.arrPreload;
    for (let x = 0; x < 4; x++) this.ccr[x] = this.ccrPreload[x]!;
    if (!this.opm) return;
    this.cen = false;
    this.#running = false;
  }

  /** EGR.UG. */
  generate(): void {
    this.rep = this.rcr;
    this.#divider = 0;
    if (!this.udis) this.#update();
    if (!this.udis && !this.urs) this.sr |= 1;
    if (this.cms !== 0) this.dir = 0;
    this.cnt = this.dir === 1 ? this.arr : 0;
    this.#references();
  }

  // Writes by software.

  setArr(value: number): void {
    this.arrPreload = value;
    if (!this.arpe) this.arr = value;
    this.#turned();
  }
  setCnt(value: number): void {
    this.cnt = value;
    this.#turned();
  }
  /** 17.3.2, hints: the direction is updated if 0 or ARR is written. */
  #turned(): void {
    if (this.cms !== 0 && this.cnt === 0) this.dir = 0;
    else if (this.cms !== 0 && this.cnt === this.arr) this.dir = 1;
    this.#references();
  }
  setCcr(x: number, value: number): void {
    this.ccrPreload[x] = value;
    if (!this.ocpe[x]) {
      this.ccr[x] = value;
      if (this.#running && value === this.cnt) this.#matched(x, 'turn');
    }
    this.#references();
  }
  setMode(x: number, mode: number, preload: boolean): void {
    this.ocm[x] = mode;
    this.ocpe[x] = preload;
    if (!preload) this.ccr[x] = this.ccrPreload[x]!;
    this.#references();
  }
  setControl(control: { cen: boolean; udis: boolean; urs: boolean; opm: boolean; arpe: boolean }): void {
    Object.assign(this, control);
    if (!control.arpe) this.setArr(this.arrPreload);
  }
  /** CMS and DIR are set while the counter stands. */
  setShape(cms: number, dir: number): void {
    this.cms = cms;
    this.dir = dir;
    this.#turned();
  }

  #references(): void {
    for (let x = 0; x < 4; x++) {
      const ccr = this.ccr[x]!;
      const before = this.dir === 1 ? this.cnt <= ccr : this.cnt < ccr;
      if (this.ocm[x] === 4) this.level[x] = false;
      if (this.ocm[x] === 5) this.level[x] = true;
      if (this.ocm[x] === 6) this.level[x] = before;
      if (this.ocm[x] === 7) this.level[x] = !before;
    }
  }
}
