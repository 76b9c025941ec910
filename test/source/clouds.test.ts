import { expect, it } from "vitest";
import { CLOUDS, customEndpoints, endpointsOf, isContinuationHost } from "../../src/source/clouds.js";

const TENANT = "8d5b3f6e-2f0c-4f7e-9a51-3f1f0f6f2a11";

it.each([
  ["public", "api.powerbi.com", "analysis.windows.net", "login.microsoftonline.com"],
  ["gcc", "api.powerbigov.us", "analysis.usgovcloudapi.net", "login.microsoftonline.com"],
  ["gcc-high", "api.high.powerbigov.us", "high.analysis.usgovcloudapi.net", "login.microsoftonline.us"],
  ["dod", "api.mil.powerbigov.us", "mil.analysis.usgovcloudapi.net", "login.microsoftonline.us"],
  ["china", "api.powerbi.cn", "analysis.chinacloudapi.cn", "login.chinacloudapi.cn"],
] as const)("knows the hosts of %s", (name, api, resource, authority) => {
  expect(endpointsOf(name, TENANT)).toEqual({
    api: `https://${api}/`,
    scope: `https://${resource}/powerbi/api/.default`,
    authority: `https://${authority}/${TENANT}`,
    continuationHosts: [resource],
  });
});

it("has no cloud beside those", () => {
  expect(Object.keys(CLOUDS)).toEqual(["public", "gcc", "gcc-high", "dod", "china"]);
});

it.each([
  ["api.powerbi.com", true],
  ["wabi-north-europe-d-primary-redirect.analysis.windows.net", true],
  ["WABI-STAGING-US-EAST-REDIRECT.ANALYSIS.WINDOWS.NET:443", true],
  ["analysis.windows.net.evil.example", false],
  ["evilanalysis.windows.net", false],
  ["wabi.high.analysis.usgovcloudapi.net", false],
  ["", false],
])("tells whether a continuation to %j stays in the public cloud (fault 10)", (host, isKnown) => {
  expect(isContinuationHost(endpointsOf("public", TENANT), host)).toBe(isKnown);
});

it("expects the continuations of custom endpoints on their own host", () => {
  const endpoints = customEndpoints({ api: "http://127.0.0.1:8080/base/" });

  expect(isContinuationHost(endpoints, "127.0.0.1:8080")).toBe(true);
  expect(isContinuationHost(endpoints, "wabi-north-europe-j-primary-redirect.analysis.windows.net")).toBe(
    true,
  );
  expect(isContinuationHost(endpoints, "api.powerbi.com")).toBe(false);
});
