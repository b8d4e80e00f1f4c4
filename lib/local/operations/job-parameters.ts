/**
 * JobParameters, the body of InitiateJob, as the service's model declares it.
 *
 * Select is refused, but its parameters must have the types and the values of the model.
 */
import { choice, listOf, mapOf, structure, TEXT, type Shape } from '../requests/body-shape.js'

/** The parameters of an inventory retrieval. */
export interface InventoryParameters {
  readonly StartDate?: string
  readonly EndDate?: string
  readonly Limit?: string
  readonly Marker?: string
}

/** The parameters of a job. */
export interface JobParameters {
  readonly Type?: 'archive-retrieval' | 'inventory-retrieval' | 'select'
  readonly ArchiveId?: string
  readonly Description?: string
  readonly SNSTopic?: string
  readonly RetrievalByteRange?: string
  readonly Tier?: 'Expedited' | 'Standard' | 'Bulk'
  readonly Format?: 'CSV' | 'JSON'
  readonly InventoryRetrievalParameters?: InventoryParameters
}

const CSV = {
  QuoteEscapeCharacter: TEXT,
  RecordDelimiter: TEXT,
  FieldDelimiter: TEXT,
  QuoteCharacter: TEXT,
}
/** The guide's example has `None` and `AsNeeded`, where the model has capitals. */
const CSV_INPUT = structure({
  ...CSV,
  Comments: TEXT,
  FileHeaderInfo: choice('USE', 'IGNORE', 'NONE', 'Use', 'Ignore', 'None'),
})
const CSV_OUTPUT = structure({
  ...CSV,
  QuoteFields: choice('ALWAYS', 'ASNEEDED', 'Always', 'AsNeeded'),
})

const GRANT = structure({
  Grantee: structure({
    Type: choice('AmazonCustomerByEmail', 'CanonicalUser', 'Group'),
    DisplayName: TEXT,
    URI: TEXT,
    ID: TEXT,
    EmailAddress: TEXT,
  }),
  Permission: choice('FULL_CONTROL', 'WRITE', 'WRITE_ACP', 'READ', 'READ_ACP'),
})
const S3_LOCATION = structure({
  BucketName: TEXT,
  Prefix: TEXT,
  Encryption: structure({
    EncryptionType: choice('aws:kms', 'AES256'),
    KMSKeyId: TEXT,
    KMSContext: TEXT,
  }),
  CannedACL: choice(
    'private',
    'public-read',
    'public-read-write',
    'aws-exec-read',
    'authenticated-read',
    'bucket-owner-read',
    'bucket-owner-full-control',
  ),
  AccessControlList: listOf(GRANT),
  Tagging: mapOf(TEXT),
  UserMetadata: mapOf(TEXT),
  StorageClass: choice('STANDARD', 'REDUCED_REDUNDANCY', 'STANDARD_IA'),
})

const INVENTORY_PARAMETERS: Shape<InventoryParameters> = structure({
  StartDate: TEXT,
  EndDate: TEXT,
  Limit: TEXT,
  Marker: TEXT,
})

/** JobParameters of the model; the values of `Type`, `Tier` and `Format` are those its documentation lists. */
export const JOB_PARAMETERS: Shape<JobParameters> = structure({
  Type: choice('archive-retrieval', 'inventory-retrieval', 'select'),
  ArchiveId: TEXT,
  Description: TEXT,
  SNSTopic: TEXT,
  RetrievalByteRange: TEXT,
  Tier: choice('Expedited', 'Standard', 'Bulk'),
  Format: choice('CSV', 'JSON'),
  InventoryRetrievalParameters: INVENTORY_PARAMETERS,
  SelectParameters: structure({
    InputSerialization: structure({ csv: CSV_INPUT }),
    ExpressionType: choice('SQL'),
    Expression: TEXT,
    OutputSerialization: structure({ csv: CSV_OUTPUT }),
  }),
  OutputLocation: structure({ S3: S3_LOCATION }),
})
