import { CALIBRATED_TRIM } from '../emu/devices/riscv/sifive-prci/fe310-clocks.js';

/** What the FE310's maker put into it: code that leads from the reset vector to the program, and calibration. */

/** FE310-G002 manual 5.1. */
export const RESET_VECTOR = 0x1004;

/**
 * Programs are linked for different places: 0x20400000 (QEMU, HiFive1), 0x20010000 (HiFive1 Rev B, behind its boot loader),
 * 0x20000000 (the hardware's own), 0x80000000 (DTIM). The reset code starts the first of them that is not erased flash; the mask
 * ROM and boot loader of a real board do it by the mode pins and a table in flash.
 *
 *     0x1004  lui   t1, 0x20400        0x1014  lui  t1, 0x20010      0x1020  lui  t1, 0x20000
 *             li    t2, -1                     lw   t0, 0(t1)                lw   t0, 0(t1)
 *             lw    t0, 0(t1)                  bne  t0, t2, go               bne  t0, t2, go
 *             bne   t0, t2, go                                       0x102c  lui  t1, 0x80000
 *                                                                   0x1030  go: jr t1
 */
const RESET_CODE = Uint32Array.of(
  1, // 0x1000: the mode-select pins: boot from QSPI0
  0x2040_0337, // lui t1, 0x20400
  0xfff0_0393, // li t2, -1
  0x0003_2283, // lw t0, 0(t1)
  branchUnequal(0x1030 - 0x1010),
  0x2001_0337, // lui t1, 0x20010
  0x0003_2283,
  branchUnequal(0x1030 - 0x101c),
  0x2000_0337, // lui t1, 0x20000
  0x0003_2283,
  branchUnequal(0x1030 - 0x1028),
  0x8000_0337, // lui t1, 0x80000
  0x0003_0067, // jr t1
);
export const RESET_ROM_CONTENTS = new Uint8Array(RESET_CODE.buffer);

/** bne t0, t2, offset; forward and below 32 bytes' worth of words. */
function branchUnequal(offset: number): number {
  const low = ((offset >> 1) & 15) << 8;
  const high = ((offset >> 5) & 63) << 25;
  return (0x0072_9063 | low | high) >>> 0;
}

/** 12.1: the OTP's first words lead to the flash; its last but five words hold the trim that makes HFROSC run at 72 MHz. */
const OTP_CODE = [
  0x0000_000f, // fence
  0x2000_02b7, // lui t0, 0x20000
  0x0002_8067, // jr t0
];
const TRIM_WORD = 0x1fec / 4;
const OTP_WORDS = new Uint32Array(0x2000 / 4).fill(0xffff_ffff);
OTP_WORDS.set(OTP_CODE);
OTP_WORDS[TRIM_WORD] = CALIBRATED_TRIM;
export const OTP_CONTENTS = new Uint8Array(OTP_WORDS.buffer);
