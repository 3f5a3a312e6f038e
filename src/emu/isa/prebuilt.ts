/**
 * Cold engines generated at build time, as base64 by ISA name. Empty here: the package's build puts the generated
 * ones in place, and code run from source generates them on first use.
 */
export const prebuilt: Readonly<Record<string, string>> = {};
