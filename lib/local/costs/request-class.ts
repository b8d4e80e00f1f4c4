/** The classes by which requests are billed. */

/** A class of requests; jobs and capacity have prices of their own. */
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

/** How a request of an operation is billed; `undefined` where it has a price of its own. */
export function requestClassOf(operation: string): RequestClass | undefined {
  return CLASSES.has(operation) ? CLASSES.get(operation) : 'otherRequests'
}
