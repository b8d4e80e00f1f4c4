/** The operations of S3 that look at an object, restore it and read it, over HTTP. */
import type { ByteRange } from '../../../../lib/byte-range.js'
import type { Tier } from '../../../../lib/store/retrieval-store.js'
import { invalid } from '../../bucket/bucket-refusals.js'
import { emptyReply } from '../http/http.js'
import { textOf } from '../http/request-body.js'
import { attributesReply, headReply, rangeReply } from './bucket-replies.js'
import { numberIn, required } from './bucket-request.js'
import type { Route } from './bucket-routes.js'
import { readDocument, textIn } from './xml-document.js'

const TIERS: readonly string[] = ['Bulk', 'Standard', 'Expedited']
/** The attributes that the model has. */
const ATTRIBUTES = 'ETag, Checksum, ObjectParts, StorageClass, ObjectSize'

/** HeadObject. */
export const headObject: Route = (request, who) => {
  if (request.headers['x-amz-checksum-mode'] !== 'ENABLED')
    throw invalid('InvalidRequest', 'The model states checksums, which must be requested.')
  return {
    name: 'headObject',
    summary: {},
    act: (bucket) => headReply(bucket.headObject({ who, key: request.key })),
  }
}

/** GetObjectAttributes. */
export const getAttributes: Route = (request, who) => {
  const { key, headers } = request
  if (required(request, 'x-amz-object-attributes') !== ATTRIBUTES)
    throw invalid('InvalidRequest', `The model states ${ATTRIBUTES}, which must be requested.`)
  return {
    name: 'getAttributes',
    summary: {},
    act: (bucket) => {
      const limit = numberIn(headers['x-amz-max-parts'])
      return attributesReply(bucket.getAttributes({ who, key }, headers['x-amz-part-number-marker'], limit))
    },
  }
}

/** RestoreObject: 202 if a restore is started, and 200 if the object is restored already. */
export const restoreObject: Route = (request, who) => {
  const document = readDocument(textOf(request.sdk.body))
  if (document.name !== 'RestoreRequest')
    throw invalid('InvalidRequest', `No such document: ${document.name}`)
  const parameters = document.children.find(({ name }) => name === 'GlacierJobParameters')
  const tier = parameters && textIn(parameters, 'Tier')
  if (tier !== undefined && !isTier(tier)) throw invalid('InvalidRequest', `No such tier: ${tier}`)
  const order = { days: numberIn(textIn(document, 'Days')), tier }
  return {
    name: 'restoreObject',
    summary: {},
    act: (bucket) => {
      const { isRestored } = bucket.restoreObject({ who, key: request.key }, order)
      return emptyReply(isRestored ? 200 : 202, {})
    },
  }
}

/** GetObject, of a range. */
export const getObject: Route = (request, who) => {
  const { key, headers } = request
  const range = rangeIn(required(request, 'range'))
  const ifMatch = headers['if-match']
  return {
    name: 'getObject',
    summary: { range },
    act: (bucket) => rangeReply(bucket.getObject({ who, key }, { range, ifMatch }), range),
    actWhole: (bucket, status) => {
      const whole = { start: 0, end: Infinity }
      const found = bucket.getObject({ who, key }, { range: whole, ifMatch })
      return rangeReply(found, status === 200 ? undefined : whole)
    },
  }
}

function isTier(text: string): text is Tier {
  return TIERS.includes(text)
}

/** Reads a range with an inclusive end. */
function rangeIn(text: string): ByteRange {
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(text) ?? []
  if (first === undefined) throw invalid('InvalidArgument', `Invalid range: ${text}`)
  return { start: Number(first), end: Number(last) + 1 }
}
