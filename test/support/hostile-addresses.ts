/** Whole numbers below `limit`, the same for the same seed (https://prng.di.unimi.it/splitmix64.c, cut to 32 bits). */
function numbers(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) % limit;
  };
}

const SCHEMES = [
  "https://",
  "http://",
  "HTTPS://",
  "//",
  "",
  "ftp://",
  "file://",
  "https:\\\\",
  "https:/",
  "javascript:",
];
const TOKENS = [
  "t1",
  "%2BRID%3A~aB%3D%3D%23RT%3A1",
  "+RID:aB==#RT:1",
  "' or '1'='1",
  "x'&continuationToken='y",
  "x&startDateTime=1",
  "x#@evil.example/",
  "@evil.example",
  "//evil.example/",
  "https://evil.example/",
  "..%2f..%2f..%2f",
  "x HTTP/1.1\r\nHost: evil.example\r\n\r\nGET /",
  "%0d%0aAuthorization:%20stolen",
  "\u0000\u001f",
  "\ud800",
  "\u202eevil",
  "?x=1",
  "%",
  "\\\\evil.example\\",
];
const PATHS = [
  "",
  "/",
  "/v1.0/myorg/admin/activityevents",
  "/v1.0/other/admin/activityevents",
  "/../../evil",
  "//evil.example/v1.0",
  "/%2e%2e/",
  "/;@evil.example/",
  "/\\evil.example",
  ":443/x",
];

/** Addresses as an attacker would write them who wants a credential sent to `elsewhere` instead of `own` (each `host:port`). */
export class HostileAddresses {
  readonly #below: (limit: number) => number;
  readonly #hosts: readonly string[];
  readonly #users: readonly string[];

  constructor(own: string, elsewhere: string, seed: number) {
    this.#below = numbers(seed);
    const port = elsewhere.slice(elsewhere.lastIndexOf(":"));
    this.#hosts = [
      elsewhere,
      `localhost${port}`,
      `[::1]${port}`,
      `[::ffff:127.0.0.1]${port}`,
      `2130706433${port}`,
      `0x7f.1${port}`,
      `${own}.evil.example`,
      `evil.example`,
      `evil.example#${own}`,
      `evil.example\\@${own}`,
      `api.powerbi.com.evil.example`,
      `xn--pi-8ia.example`,
      `１２７.0.0.1${port}`,
      own,
    ];
    this.#users = ["", "user:pass@", `${own}@`, `${own}%40`, `${own}:443@`, "api.powerbi.com@", "@", ":@"];
  }

  /** A redirect's target. */
  location(): string {
    const [scheme, user, host, path] = [SCHEMES, this.#users, this.#hosts, PATHS].map((parts) =>
      this.#pick(parts),
    );
    return `${scheme}${user}${host}${path}`;
  }

  token(): string {
    return this.#pick(TOKENS) + (this.#below(2) === 0 ? "" : String(this.#below(1000)));
  }

  /** A continuationUri, with a token in it or without. */
  continuationUri(): string {
    const token = this.token();
    const query = [
      "",
      `?continuationToken='${token}'`,
      `?continuationToken=${encodeURIComponent(token.toWellFormed())}`,
    ];
    return this.location() + this.#pick(query);
  }

  #pick(parts: readonly string[]): string {
    return parts[this.#below(parts.length)] ?? "";
  }
}
