import { azureContract } from "../../support/azure-contract.js";

azureContract("short");
