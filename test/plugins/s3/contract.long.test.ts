import { s3Contract } from "../../support/s3-contract.js";

s3Contract("long");
