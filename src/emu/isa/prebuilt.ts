/**
 * The cold engine that was generated at build time, by `prebuiltName`. None here: the package's build puts a function in this place
 * that reads them from files, and code run from source generates them on first use.
 */
export function prebuilt(_name: string): Uint8Array<ArrayBuffer> | undefined {
  return undefined;
}
