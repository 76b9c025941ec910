/** Which bucket, and how it is reached. */
export interface BucketOptions {
  readonly bucket: string;
  readonly region: string;
  readonly endpoint?: string | undefined;
  readonly pathStyle: boolean;
  readonly bucketOwner?: string | undefined;
  readonly profile?: string | undefined;
}
