/** The public API of `fwtest/boards`: re-exports only. */

export { riscvVirt } from './riscv-virt.js';
export { stm32f4Discovery } from './stm32f4-discovery.js';
export { type Stm32f407Options, stm32f407 } from './stm32f407.js';
