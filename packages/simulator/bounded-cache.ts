/** Keeps what was used last, up to a total size. What was dropped is made again: it is always the same. */
export class BoundedCache<Value> {
  readonly #largest: number;
  readonly #sizeOf: (value: Value) => number;
  readonly #entries = new Map<string, Value>();
  #size = 0;

  constructor(largest: number, sizeOf: (value: Value) => number) {
    this.#largest = largest;
    this.#sizeOf = sizeOf;
  }

  get(key: string, make: () => Value): Value {
    const known = this.#entries.get(key);
    if (known !== undefined) {
      // A Map keeps the order of insertion: set again, the entry is the newest.
      this.#entries.delete(key);
      this.#entries.set(key, known);
      return known;
    }
    const made = make();
    this.#entries.set(key, made);
    this.#size += this.#sizeOf(made);
    this.#dropOldest();
    return made;
  }

  #dropOldest(): void {
    for (const [key, value] of this.#entries) {
      if (this.#size <= this.#largest || this.#entries.size === 1) return;
      this.#entries.delete(key);
      this.#size -= this.#sizeOf(value);
    }
  }
}
