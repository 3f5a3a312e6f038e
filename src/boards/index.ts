/** The public API of `fwtest/boards`: re-exports only. */

export { riscvVirt } from './riscv-virt.js';
