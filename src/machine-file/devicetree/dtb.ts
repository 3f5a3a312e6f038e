/** The flattened devicetree, `.dtb` (Devicetree Specification 0.4, chapter 5): re-exports only. */

export { decodeDtb } from './decode-dtb.js';
export { encodeDtb } from './encode-dtb.js';
