/** The members of JSON answers in the service model, in alphabetical order. */

/** Members of the description of a vault. */
export const VAULT = [
  'CreationDate',
  'LastInventoryDate',
  'NumberOfArchives',
  'SizeInBytes',
  'VaultARN',
  'VaultName',
]
/** Members of the description of a job. */
export const JOB = [
  'Action',
  'ArchiveId',
  'ArchiveSHA256TreeHash',
  'ArchiveSizeInBytes',
  'Completed',
  'CompletionDate',
  'CreationDate',
  'InventoryRetrievalParameters',
  'InventorySizeInBytes',
  'JobDescription',
  'JobId',
  'JobOutputPath',
  'OutputLocation',
  'RetrievalByteRange',
  'SHA256TreeHash',
  'SNSTopic',
  'SelectParameters',
  'StatusCode',
  'StatusMessage',
  'Tier',
  'VaultARN',
]
/** Members of the answer of ListParts. */
export const PARTS = [
  'ArchiveDescription',
  'CreationDate',
  'Marker',
  'MultipartUploadId',
  'PartSizeInBytes',
  'Parts',
  'VaultARN',
]

/** The members of each row of a list. */
export const ROWS: Readonly<Record<string, { readonly list: string; readonly members: readonly string[] }>> =
  {
    ListVaults: { list: 'VaultList', members: VAULT },
    ListJobs: { list: 'JobList', members: JOB },
    ListMultipartUploads: {
      list: 'UploadsList',
      members: ['ArchiveDescription', 'CreationDate', 'MultipartUploadId', 'PartSizeInBytes', 'VaultARN'],
    },
    ListParts: { list: 'Parts', members: ['RangeInBytes', 'SHA256TreeHash'] },
  }
