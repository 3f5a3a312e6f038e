/**
 * An object with one more property, which is computed when it is first read and is plain data from then on: who starts a
 * program pays only for what it uses.
 */
export function withLazy<T extends object, const K extends string, V>(
  target: T,
  key: K,
  compute: () => V,
): T & { readonly [P in K]: V } {
  Object.defineProperty(target, key, {
    configurable: true,
    enumerable: true,
    get() {
      const value = compute();
      Object.defineProperty(target, key, { value, enumerable: true });
      return value;
    },
  });
  return target as T & { readonly [P in K]: V };
}
