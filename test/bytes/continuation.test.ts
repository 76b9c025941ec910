import { describe, expect, it } from "vitest";
import { nextToken } from "../../src/bytes/continuation.js";

const URI = "https://api.powerbi.com/v1.0/myorg/admin/activityevents?continuationToken=";

describe("nextToken", () => {
  it("is null only when token and URI are both absent", () => {
    expect(nextToken({ continuationToken: null, continuationUri: null })).toBeNull();
    expect(nextToken({ continuationToken: null, continuationUri: `${URI}'t'` })).toBe("t");
    expect(nextToken({ continuationToken: "t", continuationUri: null })).toBe("t");
    expect(
      nextToken({ continuationToken: null, continuationUri: "https://api.powerbi.com/" }),
    ).toBeUndefined();
  });

  it("undoes one layer of encoding and never throws (fault 9)", () => {
    expect(nextToken({ continuationToken: "a%2Bb%3D%253D", continuationUri: null })).toBe("a+b=%3D");
    expect(nextToken({ continuationToken: "%2BRID%$4Z%E0%A4%A", continuationUri: null })).toBe(
      "+RID%$4Z%E0%A4%A",
    );
  });

  it("takes quotes off a token in a URI, doubled ones included", () => {
    expect(nextToken({ continuationToken: null, continuationUri: `${URI}'o''clock'&x=1` })).toBe("o'clock");
    expect(nextToken({ continuationToken: null, continuationUri: `${URI}%27a%23b%27` })).toBe("a#b");
  });
});
