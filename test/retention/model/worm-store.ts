import { DaybookError } from "../../../src/model/errors.js";
import { sha256Hex } from "../../../src/model/sha256.js";
import { utcDayOf } from "../../../src/model/utc-day.js";
import type { UtcDay } from "../../../src/model/utc-day.js";
import { readWhole } from "../../../src/plugin/expected-body.js";
import type { Expected, ObjectStore } from "../../../src/plugin/types.js";
import type { Life } from "./mortal.js";

interface StoredObject {
  readonly bytes: Buffer;
  retainUntil: UtcDay | undefined;
  isHeld: boolean;
}

/** A bucket with locks and legal holds, in memory, as it outlives the processes that use it. */
export class Bucket {
  readonly objects = new Map<string, StoredObject>();
  isDown = false;
  /** Refuses to lengthen locks and to set holds, as with a right that is missing. */
  isStubborn = false;
  readonly #now: () => number;

  /** `now`: the bucket's own clock. */
  constructor(now: () => number) {
    this.#now = now;
  }

  today(): UtcDay {
    return utcDayOf(this.#now());
  }

  isProtected({ retainUntil, isHeld }: StoredObject): boolean {
    return isHeld || (retainUntil !== undefined && this.today() < retainUntil);
  }

  /** The bucket as one process reaches it; `isLocal`: on the bucket's own side of an outage. */
  store(life: Life, isLocal = false): ObjectStore {
    const reach = (what: string): void => {
      life.step(what, true);
      if (this.isDown && !isLocal)
        throw new DaybookError("SINK_UNAVAILABLE", { message: `${what}: the bucket is down` });
    };
    const found = (key: string): StoredObject => {
      const object = this.objects.get(key);
      if (object === undefined) throw new DaybookError("SINK_NOT_FOUND", { message: key });
      return object;
    };
    const put = async (key: string, body: AsyncIterable<Uint8Array>, expected: Expected): Promise<void> => {
      const bytes = await readWhole(body, expected.bytes);
      life.step("put", true);
      this.objects.set(key, { bytes: Buffer.from(bytes), retainUntil: expected.retainUntil, isHeld: false });
    };
    const keys = (): readonly string[] => [...this.objects.keys()].toSorted();
    return {
      check: async () => reach("check"),
      putNew: async (key, body, expected) => {
        reach("putNew");
        const there = this.objects.get(key);
        if (there === undefined) return put(key, body, expected).then(() => "stored" as const);
        if (sha256Hex(there.bytes) === expected.sha256) return "already-there";
        throw new DaybookError("SINK_CONFLICT", { message: key });
      },
      replace: async (key, body, expected) => {
        reach("replace");
        await put(key, body, expected);
      },
      get: async (key) => {
        reach("get");
        const { bytes } = found(key);
        return (async function* content() {
          yield bytes;
        })();
      },
      stat: async (key) => {
        reach("stat");
        const object = this.objects.get(key);
        if (object === undefined) return undefined;
        const { bytes, retainUntil, isHeld: hold } = object;
        const lock = retainUntil === undefined ? {} : { retainUntil };
        return { bytes: bytes.length, sha256: sha256Hex(bytes), hold, ...lock };
      },
      list: async function* list(prefix) {
        reach("list");
        yield* keys().filter((key) => key.startsWith(prefix));
      },
      remove: async (key) => {
        reach("remove");
        if (this.isProtected(found(key))) refuse(key);
        this.objects.delete(key);
        return { removed: 1, versions: 1 };
      },
      extendRetention: async (key, until) => {
        reach("extendRetention");
        const object = found(key);
        if (this.isStubborn) refuse(key);
        if (object.retainUntil === undefined || object.retainUntil < until) object.retainUntil = until;
      },
      setHold: async (key, on) => {
        reach("setHold");
        const object = found(key);
        if (this.isStubborn) refuse(key);
        object.isHeld = on;
      },
      close: async () => undefined,
    };
  }
}

function refuse(key: string): never {
  throw new DaybookError("SINK_REFUSED", { message: `${key}: refused` });
}
