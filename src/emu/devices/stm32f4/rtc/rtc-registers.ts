import type { DeviceContext } from '../../../device.js';
import { r, rc_w0, reg, registers, repeat, rw, w } from '../../../registers.js';
import { backup, f64, i32, u8 } from '../../../state.js';

/** In the backup domain. */
const KEPT = { backup: true };
/** Drivers write ones there, which do nothing: no mistake worth a report. */
const UNUSED = (low: number, width = 1) => r(low, width);

const TIME = { SU: rw(0, 4), ST: rw(4, 3), MNU: rw(8, 4), MNT: rw(12, 3), HU: rw(16, 4), HT: rw(20, 2), PM: rw(22) };
const DATE = { DU: rw(0, 4), DT: rw(4, 2), MU: rw(8, 4), MT: rw(12), WDU: rw(13, 3), YU: rw(16, 4), YT: rw(20, 4) };
const ALARM = {
  ...{ SU: rw(0, 4), ST: rw(4, 3), MSK1: rw(7), MNU: rw(8, 4), MNT: rw(12, 3), MSK2: rw(15) },
  ...{ HU: rw(16, 4), HT: rw(20, 2), PM: rw(22), MSK3: rw(23) },
  ...{ DU: rw(24, 4), DT: rw(28, 2), WDSEL: rw(30), MSK4: rw(31) },
};
const ALARM_SUBSECOND = { SS: rw(0, 15), MASKSS: rw(24, 4) };

/** RM0090 section 26.6. TR, DR and SSR are shadows of the calendar, which is state. */
export const RTC = registers({
  TR: reg(0x00, TIME, 0, 'RM0090 26.6.1'),
  DR: reg(0x04, DATE, 0x0000_2101, 'RM0090 26.6.2'),
  CR: reg(
    0x08,
    {
      ...{ WUCKSEL: rw(0, 3), TSEDGE: rw(3), REFCKON: rw(4) },
      ...{ BYPSHAD: rw(5), FMT: rw(6), DCE: rw(7), ALRAE: rw(8), ALRBE: rw(9), WUTE: rw(10), TSE: rw(11) },
      ...{ ALRAIE: rw(12), ALRBIE: rw(13), WUTIE: rw(14), TSIE: rw(15), ADD1H: w(16), SUB1H: w(17), BKP: rw(18) },
      ...{ COSEL: rw(19), POL: rw(20), OSEL: rw(21, 2), COE: rw(23) },
    },
    0,
    'RM0090 26.6.3',
    KEPT,
  ),
  ISR: reg(
    0x0c,
    {
      ...{ ALRAWF: r(0), ALRBWF: r(1), WUTWF: r(2), SHPF: r(3), INITS: r(4), RSF: rc_w0(5), INITF: r(6), INIT: rw(7) },
      ...{ ALRAF: rc_w0(8), ALRBF: rc_w0(9), WUTF: rc_w0(10), TSF: rc_w0(11), TSOVF: rc_w0(12) },
      ...{ TAMP1F: rc_w0(13), TAMP2F: rc_w0(14), UNUSED15: UNUSED(15), RECALPF: r(16), UNUSED17: UNUSED(17, 15) },
    },
    0x0000_0007,
    'RM0090 26.6.4',
    KEPT,
  ),
  PRER: reg(0x10, { PREDIV_S: rw(0, 15), PREDIV_A: rw(16, 7) }, 0x007f_00ff, 'RM0090 26.6.5', KEPT),
  WUTR: reg(0x14, { WUT: rw(0, 16) }, 0x0000_ffff, 'RM0090 26.6.6', KEPT),
  CALIBR: reg(0x18, { DC: rw(0, 5), DCS: rw(7) }, 0, 'RM0090 26.6.7', KEPT),
  ALRMAR: reg(0x1c, ALARM, 0, 'RM0090 26.6.8', KEPT),
  ALRMBR: reg(0x20, ALARM, 0, 'RM0090 26.6.9', KEPT),
  WPR: reg(0x24, { KEY: w(0, 8) }, 0, 'RM0090 26.6.10'),
  SSR: reg(0x28, { SS: r(0, 16) }, 0, 'RM0090 26.6.11'),
  SHIFTR: reg(0x2c, { SUBFS: w(0, 15), ADD1S: w(31) }, 0, 'RM0090 26.6.12'),
  TSTR: reg(
    0x30,
    { SU: r(0, 4), ST: r(4, 3), MNU: r(8, 4), MNT: r(12, 3), HU: r(16, 4), HT: r(20, 2), PM: r(22) },
    0,
    'RM0090 26.6.13',
    KEPT,
  ),
  TSDR: reg(0x34, { DU: r(0, 4), DT: r(4, 2), MU: r(8, 4), MT: r(12), WDU: r(13, 3) }, 0, 'RM0090 26.6.14', KEPT),
  TSSSR: reg(0x38, { SS: r(0, 16) }, 0, 'RM0090 26.6.15', KEPT),
  CALR: reg(0x3c, { CALM: rw(0, 9), CALW16: rw(13), CALW8: rw(14), CALP: rw(15) }, 0, 'RM0090 26.6.16', KEPT),
  TAFCR: reg(
    0x40,
    {
      ...{ TAMP1E: rw(0), TAMP1TRG: rw(1), TAMPIE: rw(2), TAMP2E: rw(3), TAMP2TRG: rw(4), TAMPTS: rw(7) },
      ...{ TAMPFREQ: rw(8, 3), TAMPFLT: rw(11, 2), TAMPPRCH: rw(13, 2), TAMPPUDIS: rw(15) },
      ...{ TAMP1INSEL: rw(16), TSINSEL: rw(17), ALARMOUTTYPE: rw(18) },
    },
    0,
    'RM0090 26.6.17',
    KEPT,
  ),
  ALRMASSR: reg(0x44, ALARM_SUBSECOND, 0, 'RM0090 26.6.18', KEPT),
  ALRMBSSR: reg(0x48, ALARM_SUBSECOND, 0, 'RM0090 26.6.19', KEPT),
  BKP: repeat(20, 4, { R: reg(0x50, { BKP: rw(0, 32) }, 0, 'RM0090 26.6.20', KEPT) }),
});

export const RTC_STATE = {
  /** WPR: 1 after key 0xCA, 2 open. Not touched by a system reset (26.3.5). */
  keys: backup(u8()),
  /** See rtc-counter.ts. */
  counter: backup(f64(13)),
  /** TR and DR as written in initialization mode. */
  initial: backup(i32(2)),
  /** Shadow registers that do not follow the calendar: SSR, TR, DR; and why (rtc-shadow.ts). */
  shadow: i32(3),
  /** 1 + the tick of RTCCLK at which `shadow` was copied from the calendar as it is set now; 0: it was not. */
  copied: f64(),
  stale: u8(),
  locked: u8(),
  /** CALR as it is used; SHIFTR as it was written. */
  calibration: backup(i32()),
  shift: backup(i32()),
  /** Seconds that the next second has more, by ADD1H or SUB1H. */
  hour: backup(i32()),
  /** ck_apre until the wake-up timer elapses, while it is held. */
  wakeUp: backup(f64()),
  /** The second that an edge of the reference clock was found at last. */
  aligned: backup(f64()),
  /** A time stamp that was taken, its flag not yet set. */
  stamped: backup(u8()),
  /** Levels of PC13 and PI8, and samples in a row that showed tampering. */
  pins: backup(u8(2)),
  samples: backup(u8(2)),
  /** Writes lost for want of DBP or keys were reported. */
  told: u8(2),
};
export type RtcContext = DeviceContext<typeof RTC, typeof RTC_STATE>;
