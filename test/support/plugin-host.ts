export { silentLog, testHost } from "../../src/plugin/contract/test-host.js";
