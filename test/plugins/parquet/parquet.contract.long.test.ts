import { parquetContract } from "../../support/parquet-contract.js";

parquetContract("long");
