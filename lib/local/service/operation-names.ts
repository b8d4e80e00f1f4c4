/** The names of the operations, which routes, fault rules, request budgets and policies refer to. */

/** The 33 operations of the service, in alphabetical order (docs/glacier-protocol.md#operations). */
export const OPERATION_NAMES = [
  'AbortMultipartUpload',
  'AbortVaultLock',
  'AddTagsToVault',
  'CompleteMultipartUpload',
  'CompleteVaultLock',
  'CreateVault',
  'DeleteArchive',
  'DeleteVault',
  'DeleteVaultAccessPolicy',
  'DeleteVaultNotifications',
  'DescribeJob',
  'DescribeVault',
  'GetDataRetrievalPolicy',
  'GetJobOutput',
  'GetVaultAccessPolicy',
  'GetVaultLock',
  'GetVaultNotifications',
  'InitiateJob',
  'InitiateMultipartUpload',
  'InitiateVaultLock',
  'ListJobs',
  'ListMultipartUploads',
  'ListParts',
  'ListProvisionedCapacity',
  'ListTagsForVault',
  'ListVaults',
  'PurchaseProvisionedCapacity',
  'RemoveTagsFromVault',
  'SetDataRetrievalPolicy',
  'SetVaultAccessPolicy',
  'SetVaultNotifications',
  'UploadArchive',
  'UploadMultipartPart',
] as const

/** The name of an operation, such as `UploadMultipartPart`. */
export type OperationName = (typeof OPERATION_NAMES)[number]

/** Whether a value is the name of an operation. */
export function isOperationName(value: unknown): value is OperationName {
  return (OPERATION_NAMES as readonly unknown[]).includes(value)
}
