type Leaf = string | number | boolean | bigint | null | undefined;

export type DeepReadonly<T> = T extends Leaf ? T : { readonly [Key in keyof T]: DeepReadonly<T[Key]> };

/** Freezes a tree of plain objects and lists. */
export function deepFreeze<T>(value: T): DeepReadonly<T> {
  if (typeof value === "object" && value !== null) {
    for (const child of Object.values(value)) deepFreeze(child);
    Object.freeze(value);
  }
  return value as DeepReadonly<T>;
}
