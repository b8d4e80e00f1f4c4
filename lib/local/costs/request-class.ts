/** The classes of requests, which have their own prices. */

/** A class of requests. Jobs and capacity have their own prices. */
export type RequestClass = 'uploadRequests' | 'listRequests' | 'otherRequests'

const CLASSES: ReadonlyMap<string, RequestClass | undefined> = new Map([
  ['UploadArchive', 'uploadRequests'],
  ['InitiateMultipartUpload', 'uploadRequests'],
  ['UploadMultipartPart', 'uploadRequests'],
  ['CompleteMultipartUpload', 'uploadRequests'],
  ['ListVaults', 'listRequests'],
  ['ListJobs', 'listRequests'],
  ['ListParts', 'listRequests'],
  ['ListMultipartUploads', 'listRequests'],
  ['ListTagsForVault', 'listRequests'],
  ['ListProvisionedCapacity', 'listRequests'],
  ['InitiateJob', undefined],
  ['PurchaseProvisionedCapacity', undefined],
])

/** The class of the requests of an operation; `undefined` if the operation has its own price. */
export function requestClassOf(operation: string): RequestClass | undefined {
  return CLASSES.has(operation) ? CLASSES.get(operation) : 'otherRequests'
}
