/** The operation of S3 that an HTTP request is for, by its method and the names in its query. */
import type { BucketModel } from '../../bucket/bucket-model.js'
import type { BucketService } from '../../bucket/bucket-service.js'
import type { RequestSummary } from '../../service/history.js'
import type { Reply } from '../http/http.js'
import type { BucketRequest } from './bucket-request.js'
import { getAttributes, getObject, headObject, restoreObject } from './object-routes.js'
import {
  abortUpload,
  completeUpload,
  createUpload,
  listParts,
  putObject,
  uploadPart,
} from './upload-routes.js'

/** An operation that a request is for. */
export interface BucketOperation {
  readonly name: keyof BucketService
  /** Without the key. */
  readonly summary: RequestSummary
  /** Carries it out with the bytes that have arrived. */
  act(bucket: BucketModel, bytes: Uint8Array): Reply
  /** Of the bytes of an object: gives all of them, whatever the range of the request. */
  actWhole?(bucket: BucketModel, status: 200 | 206): Reply
}

/**
 * Reads the parameters of a request.
 *
 * @param who - the process that makes it
 * @throws {ServiceRefusal} the service does not understand it
 */
export type Route = (request: BucketRequest, who: string) => BucketOperation

/** The names in a query that decide on the operation. All others are parameters. */
const SUBRESOURCES = ['attributes', 'partNumber', 'restore', 'uploadId', 'uploads'] as const

/** By method and the names in the query. */
const ROUTES: Readonly<Record<string, Route | undefined>> = {
  HEAD: headObject,
  GET: getObject,
  'GET attributes': getAttributes,
  'GET uploadId': listParts,
  PUT: putObject,
  'PUT partNumber uploadId': uploadPart,
  'POST restore': restoreObject,
  'POST uploadId': completeUpload,
  'POST uploads': createUpload,
  'DELETE uploadId': abortUpload,
}

/** Finds the route of a request; `undefined` if the model has no such operation. */
export function routeOf({ sdk, query }: BucketRequest): Route | undefined {
  return ROUTES[[sdk.method, ...SUBRESOURCES.filter((name) => query[name] !== undefined)].join(' ')]
}
