/** All processors: re-exports only. */

export * from './arm-cpus.js';
export * from './riscv-cpus.js';
