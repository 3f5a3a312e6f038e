/** Where the parts of the core keep their state: typed arrays that are saved, restored and hashed as one block. */
export interface StateAllocator {
  i32(name: string, length: number): Int32Array;
  f64(name: string, length: number): Float64Array;
}
