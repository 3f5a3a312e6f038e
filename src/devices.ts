/** The public API of `fwtest/devices`: re-exports only. */

export {};
