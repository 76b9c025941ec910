import { describe, expect, it } from "vitest";
import { release } from "../../src/io/release.js";

describe("release", () => {
  it("gives the memory of large bytes back at once", () => {
    const bytes = Buffer.allocUnsafeSlow(1 << 20);

    release(bytes);

    expect(bytes.length).toBe(0);
    expect(bytes.buffer.byteLength).toBe(0);
  });

  it("leaves bytes alone that share their memory with others", () => {
    const [one, other] = [Buffer.from("one"), Buffer.from("other")];

    release(one);

    expect(one.toString()).toBe("one");
    expect(other.toString()).toBe("other");
  });
});
