export { silentLog, testHost } from "../../packages/contract/test-host.js";
