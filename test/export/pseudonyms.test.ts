import { describe, expect, it } from "vitest";
import { Pseudonyms } from "../../src/export/pseudonyms.js";

const people = new Pseudonyms(Buffer.alloc(32, 1));
const LINE = `{"UserId":"ana@contoso.com","UserKey":"1003","ClientIP":"203.0.113.7","Size":1.0,"Note":"sent by ANA@contoso.com","SharingInformation":[{"RecipientName":"Ben Ode","RecipientEmail":"ben@contoso.com"}],"Copy":"1003","ReportName":"Ana's report"}`;

describe("pseudonyms of an export", () => {
  const event = JSON.parse(people.line(LINE)) as Record<string, unknown>;

  it("replace people wherever they stand, the same person by the same code", () => {
    expect(event["UserId"]).toMatch(/^P-[0-9a-f]{16}$/);
    expect(event["Note"]).toBe(`sent by ${String(event["UserId"])}`);
    expect(event["Copy"]).toBe(event["UserKey"]);
    expect(event["ClientIP"]).toMatch(/^P-/);
    expect(JSON.stringify(event["SharingInformation"])).not.toMatch(/Ben|ben@/);
  });

  it("keep every other value and its spelling", () => {
    expect(event["ReportName"]).toBe("Ana's report");
    expect(people.line(LINE)).toContain('"Size":1.0');
  });

  it("differ from one export to the next", () => {
    const other = JSON.parse(new Pseudonyms(Buffer.alloc(32, 2)).line(LINE)) as Record<string, unknown>;

    expect(other["UserId"]).not.toBe(event["UserId"]);
  });
});
