/** The store of a bucket, and the client of S3. */
export { s3Client } from './sdk/s3-client.js'
export type { S3ClientLike, S3ClientSettings } from './sdk/s3-client-like.js'
export type { SdkBucketClient } from './sdk/sdk-bucket-client.js'
export { s3Store, type S3StoreOptions } from './s3-store-of.js'
export type { S3Store } from './s3-store.js'
export type { BucketClient } from './bucket-client.js'
export type {
  BucketRequest,
  CompletedPart,
  CompleteRequest as CompleteObjectRequest,
  DeleteRequest,
  GetRequest,
  KeyRequest,
  NewObject,
  ObjectBytes,
  ObjectLock,
  ObjectRequest,
  PartRequest as ObjectPartRequest,
  PrefixRequest,
  PutRequest,
  RestoreRequest,
  StoreCondition,
  UploadRequest as ObjectUploadRequest,
} from './bucket-requests.js'
export type {
  AttributesPage,
  ListedObject,
  ListedPart as ListedObjectPart,
  ListedUpload,
  ObjectFacts,
  ObjectPart,
  ObjectRange,
  PartsPage as ObjectPartsPage,
  RestoreState,
  SentPart,
  StoredObject,
} from './bucket-responses.js'
export type { ObjectHash } from './composite-hash.js'
export type { StorageClass } from './storage-classes.js'
