import { type DeviceContext, type DeviceType, defineDevice, type Handle } from '../../device.js';
import { r, reg, registers, repeat, rw, w } from '../../registers.js';
import type { CoreModel } from './core-model.js';
import { MPU_CTRL, mistakeOf, REGIONS } from './mpu-regions.js';

const VALID = 1 << 4;
/** VALID reads as zero. */
const RBAR = { REGION: rw(0, 4), VALID: w(4), ADDR: rw(5, 27) };
const RASR = {
  ENABLE: rw(0),
  SIZE: rw(1, 5),
  SRD: rw(8, 8),
  B: rw(16),
  C: rw(17),
  S: rw(18),
  TEX: rw(19, 3),
  AP: rw(24, 3),
  XN: rw(28),
};
const RASR_BITS = 0x173f_ff3f;

/** Memory Protection Unit at 0xE000ED90 (B3.5), eight regions. */
export const MPU = registers({
  MPU_TYPE: reg(0x00, { SEPARATE: r(0), DREGION: r(8, 8), IREGION: r(16, 8) }, REGIONS << 8, 'ARMv7-M B3.5.4'),
  MPU_CTRL: reg(0x04, { ENABLE: rw(0), HFNMIENA: rw(1), PRIVDEFENA: rw(2) }, 0, 'ARMv7-M B3.5.5'),
  MPU_RNR: reg(0x08, { REGION: rw(0, 8) }, 0, 'ARMv7-M B3.5.6'),
  MPU_RBAR: reg(0x0c, RBAR, 0, 'ARMv7-M B3.5.8'),
  MPU_RASR: reg(0x10, RASR, 0, 'ARMv7-M B3.5.9'),
  ALIAS: repeat(3, 8, {
    RBAR: reg(0x14, RBAR, 0, 'ARMv7-M B3.5.8'),
    RASR: reg(0x18, RASR, 0, 'ARMv7-M B3.5.9'),
  }),
});
type Mpu = DeviceContext<typeof MPU>;

/** The registers, over the regions: RBAR and RASR, and their aliases, are a window to the region that RNR names. */
export function mpu(model: CoreModel): DeviceType<Handle<typeof MPU>> {
  const { mpu: state } = model;
  return defineDevice({
    name: 'mpu',
    size: 0x60,
    registers: MPU,
    setup(d) {
      const { MPU_CTRL: control, MPU_RNR, MPU_RBAR, MPU_RASR, ALIAS } = d.regs;
      d.computed(control, () => state.ctrl);
      d.computed(MPU_RNR, () => state.rnr);
      d.onWrite(control, (value) => setControl(d, model, value));
      d.onWrite(MPU_RNR, (value) => {
        if (isRegion(d, value)) state.rnr = value;
      });
      for (const { RBAR, RASR } of [{ RBAR: MPU_RBAR, RASR: MPU_RASR }, ...ALIAS]) {
        d.computed(RBAR, () => state.rbar[state.rnr]! | state.rnr);
        d.computed(RASR, () => state.rasr[state.rnr]!);
        d.onWrite(RBAR, (_value, _old, written) => setBase(d, model, written));
        d.onWrite(RASR, (value) => {
          state.rasr[state.rnr] = value & RASR_BITS;
          changed(model);
          if (state.enabled) check(d, model, state.rnr);
        });
      }
    },
  });
}

/** Other region numbers are UNPREDICTABLE (B3.5.6): here nothing is written. */
function isRegion(d: Mpu, number: number): boolean {
  if (number < REGIONS) return true;
  d.report({
    kind: 'misuse',
    what: `region ${number} of the MPU was selected; there are ${REGIONS}`,
    remedy: 'MPU_TYPE.DREGION says how many there are',
    section: 'ARMv7-M B3.5.6',
  });
  return false;
}

/** With VALID set the REGION field selects the region first, and MPU_RNR becomes it (B3.5.8). */
function setBase(d: Mpu, model: CoreModel, written: number): void {
  const { mpu: state } = model;
  if (written & VALID) {
    if (!isRegion(d, written & 15)) return;
    state.rnr = written & 15;
  }
  state.rbar[state.rnr] = written & ~31;
  changed(model);
}

function setControl(d: Mpu, model: CoreModel, value: number): void {
  const { mpu: state, shield } = model;
  const enabled = (value & ~state.ctrl & MPU_CTRL.ENABLE) !== 0;
  state.ctrl = value;
  state.changed();
  shield.changed();
  if ((value & (MPU_CTRL.ENABLE | MPU_CTRL.HFNMIENA)) === MPU_CTRL.HFNMIENA) {
    d.report({
      kind: 'misuse',
      what: 'MPU_CTRL.HFNMIENA was set while ENABLE is 0, which is UNPREDICTABLE',
      remedy: 'set both at once, or HFNMIENA after ENABLE',
      section: 'ARMv7-M B3.5.5',
    });
  }
  if (enabled) for (let region = 0; region < REGIONS; region++) check(d, model, region);
}

function changed(model: CoreModel): void {
  if (!model.mpu.enabled) return;
  model.mpu.changed();
  model.shield.changed();
}

/** Base and size are two writes: a region is looked at when it is complete, and the MPU on. */
function check(d: Mpu, { mpu: { rbar, rasr } }: CoreModel, region: number): void {
  const mistake = mistakeOf(rbar[region]!, rasr[region]!);
  if (mistake === undefined) return;
  d.report({
    kind: 'misuse',
    what: `region ${region} of the MPU ${mistake.what}, which is UNPREDICTABLE`,
    remedy: mistake.remedy,
    section: 'ARMv7-M B3.5.9',
  });
}
