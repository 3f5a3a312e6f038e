/** The public API of `fwtest/boards`: re-exports only. */

export { cpuGroup, type GroupMember } from '../emu/cpu/group/group.js';
export { defineBoard, type FileBoard, type FileHandle, loadBoard } from '../machine-file/define-board.js';
export { cortexM4, riscvPlatform } from '../machine-file/kinds/cpus.js';
export type { RawMachine } from '../machine-file/schema.js';
export { type Board, defineChip } from './define.js';
export { microchipIcicleKit } from './microchip-icicle-kit.js';
export { param } from './param.js';
export type { BootFile, BootOptions } from './riscv-boot.js';
export { riscvVirt, riscvVirt64, riscvVirtBoard, type VirtOptions } from './riscv-virt.js';
export { at, KiB, MHz, MiB, memoryWindow, ram, rom } from './rows.js';
export { shaktiC } from './shakti-c.js';
export { sifiveE } from './sifive-e.js';
export { type SifiveUOptions, sifiveU, sifiveUBoard } from './sifive-u.js';
export { type SpikeOptions, spike, spike32, spikeBoard } from './spike.js';
export { stm32f4Discovery } from './stm32f4-discovery.js';
export { type Stm32f407Options, stm32f407 } from './stm32f407.js';
