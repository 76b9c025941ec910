import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { e2eRig } from "../support/e2e-rig.js";

it("config check names a sink that holds another archive", async () => {
  const rig = await e2eRig({ horizon: "3d", scenario: { eventsPerDay: 30 } });
  await rig.run("archive");
  expect((await rig.run("config", "check")).exit).toBe(0);
  renameSync(rig.state, `${rig.state}-lost`);

  const { exit, out } = await rig.run("config", "check");

  expect(exit).toBe(65);
  expect(out).toMatch(/WRONG {2}contoso sink vault: .*\(SINK_TAKEN\)/);
  expect(out).toContain("1 of 3 checks failed");
  expect(out).toContain("daybook restore --from vault --tenant contoso");
});

it("config check --online finds a wrong tenantId in the page, where the token does not say whose it is", async () => {
  const rig = await e2eRig({
    horizon: "4d",
    scenario: { eventsPerDay: 20_000 },
    tenantId: "5a0d3f6e-2f0c-4f7e-9a51-3f1f0f6f2a11",
  });

  const { exit, out } = await rig.run("config", "check", "--online");

  expect(exit).toBe(77);
  expect(out).toMatch(/WRONG {2}contoso tenant: found events of tenant .*WRONG_TENANT/);
  expect(out).toContain("correct tenantId");
});

it("config check --online says when the hour that it asks for has no event, so that the tenant is not confirmed", async () => {
  const quiet = await e2eRig({ scenario: { eventsPerDay: 0 } });
  const busy = await e2eRig({ scenario: { eventsPerDay: 20_000 } });

  const unknown = await quiet.run("config", "check", "--online");
  const known = await busy.run("config", "check", "--online");

  expect([unknown.exit, known.exit]).toEqual([0, 0]);
  expect(unknown.out).toContain(
    "note: that hour has no event, so nothing shows yet that the log is this tenant's",
  );
  expect(known.out).not.toContain("that hour has no event");
});

it("config check shows a mistyped tenantId", async () => {
  const rig = await e2eRig({ tenantId: "8d5b3f6e-2f0c-4f7e-9a51-3f1f0f6f2g11" });

  expect((await rig.run("config", "check")).err).toContain('found "8d5b3f6e-2f0c-4f7e-9a51-3f1f0f6f2g11"');
});

it("config check says how to make PEM of a pkcs12 key", async () => {
  const rig = await e2eRig({
    auth: "{ method: client-certificate, clientId: 5f0e7a52-9c0b-4c39-9d0a-6f1d2b7f4e11, pkcs12: { file: ./x.pfx } }",
  });

  expect((await rig.run("config", "check")).err).toMatch(
    /auth\.\S+: is no key here: make PEM .*openssl pkcs12 -in x\.pfx/,
  );
});

it("config check reads the secrets of alerts and of the status page", async () => {
  const mail = "use: smtp, host: localhost, from: a@contoso.example, to: [b@contoso.example], user: a";
  const rig = await e2eRig({
    more: [
      "serve: { token: { env: SHORT } }",
      "alerts:",
      "  chat: { use: slack, url: { env: UNSET } }",
      "  own: { use: webhook, url: https://hooks.contoso.example/, secret: { env: SHORT } }",
      `  mail: { ${mail}, password: { env: SHORT } }`,
    ].join("\n"),
  });

  const { exit, out } = await rig.runWith({ env: { SHORT: "too short" } }, "config", "check");

  expect(exit).toBe(78);
  expect(out).toMatch(
    /WRONG {2}alerts chat: secret in variable UNSET: it is not set \(SECRET_UNREADABLE\)$/m,
  );
  expect(out).toMatch(/WRONG {2}alerts own: the secret of a webhook: expected at least 24 bytes in base64/);
  expect(out).toContain("ok     alerts mail: a readable secret");
  expect(out).toMatch(/WRONG {2}serve.token: .*found a token of 9 characters, expected at least 24/);
});

it("config check tells every problem at once, those that only a plugin knows too", async () => {
  const rig = await e2eRig({ more: "retension: { keep: 7y }" });
  const path = join(rig.folder, "daybook.yaml");
  const sinks = "sinks:\n  old: { use: local-fils }\n  own: { use: local-files, path: ./own, pth: x }\n";
  writeFileSync(path, readFileSync(path, "utf8").replace("sinks:\n", sinks));

  const { exit, err } = await rig.run("config", "check");

  expect(exit).toBe(78);
  expect(err).toContain("3 problems");
  expect(err).toMatch(/yaml:\d+:\d+ retension: is no key here: did you mean retention\?/);
  expect(err).toMatch(/yaml:\d+:\d+ sinks\.old\.use: plugin local-fils: expected one of /);
  expect(err).toMatch(/yaml:\d+:\d+ sinks\.own\.pth: is no key here: did you mean path\?/);
});
