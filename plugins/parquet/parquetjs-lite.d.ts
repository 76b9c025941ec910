/** The part of parquetjs-lite 0.8.7 that is used; the package has no types of its own. */
declare module "parquetjs-lite" {
  export interface FieldDefinition {
    readonly type: "UTF8" | "INT32" | "BOOLEAN" | "TIMESTAMP_MICROS";
    readonly optional: boolean;
    readonly compression: "GZIP";
    readonly statistics: false;
  }

  export interface ParquetWriter {
    setMetadata(key: string, value: string): void;
    setRowGroupSize(rows: number): void;
    appendRow(row: Readonly<Record<string, unknown>>): Promise<void>;
    close(): Promise<void>;
  }

  interface Schema {
    readonly fieldList: readonly unknown[];
  }

  interface EnvelopeWriter {
    readonly pageIndex: boolean;
  }

  const parquetjs: {
    readonly ParquetSchema: new (fields: Readonly<Record<string, FieldDefinition>>) => Schema;
    readonly ParquetEnvelopeWriter: new (
      schema: Schema,
      write: (bytes: Uint8Array) => void,
      close: () => void,
      offset: number,
      options: { readonly pageIndex: false },
    ) => EnvelopeWriter;
    readonly ParquetWriter: new (schema: Schema, envelope: EnvelopeWriter, options: object) => ParquetWriter;
  };
  export default parquetjs;
}
