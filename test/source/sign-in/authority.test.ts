import { afterEach, beforeEach, expect, it } from "vitest";
import { useProxy } from "../../../src/io/proxy.js";
import { CLOUDS, endpointsOf } from "../../../src/source/clouds.js";
import type { CloudName } from "../../../src/source/clouds.js";
import { startProxy } from "../../support/entra/connect-proxy.js";
import type { ConnectProxy } from "../../support/entra/connect-proxy.js";
import { CANARY, TENANT, failureOf, never, secretOf, signInRig } from "../../support/entra/sign-in-rig.js";

const rig = signInRig();
let proxy: ConnectProxy;
let undo: () => void;

// Every connection of the process asks this proxy first, and gets no further.
beforeEach(async () => {
  proxy = await startProxy();
  proxy.refuseWith = 403;
  undo = useProxy({ HTTPS_PROXY: proxy.url, HTTP_PROXY: proxy.url, NO_PROXY: "" });
});

afterEach(async () => {
  undo();
  await proxy.close();
});

it.each(Object.keys(CLOUDS) as CloudName[])(
  "asks the authority of the cloud %s and no other host",
  async (cloud) => {
    const { authority } = endpointsOf(cloud, TENANT);

    const { code } = await failureOf(rig.tokensFor(secretOf(CANARY), TENANT, authority).token(never));

    expect(code).toBe("PROXY_REFUSED");
    expect(proxy.asked).toEqual([`${new URL(CLOUDS[cloud].authority).host}:443`]);
  },
);

it.each(["MSAL_FORCE_REGION", "REGION_NAME"])(
  "is not led to another host by %s in the environment",
  async (name) => {
    process.env[name] = "westeurope";

    await failureOf(
      rig.tokensFor(secretOf(CANARY), TENANT, endpointsOf("public", TENANT).authority).token(never),
    );
    delete process.env[name];

    expect(proxy.asked).toEqual(["login.microsoftonline.com:443"]);
  },
);

it("refuses an authority without TLS that is not on this machine, before anything is sent", async () => {
  const tokens = rig.tokensFor(secretOf(CANARY), TENANT, `http://login.example/${TENANT}`);

  expect((await failureOf(tokens.token(never))).code).toBe("SIGNIN_REFUSED");
  expect(proxy.asked).toEqual([]);
});
