import { once } from 'node:events'
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import { bucketAddress, splitTarget } from '../../lib/local/bucket/http/bucket-address.js'
import { findBucketRoute } from '../../lib/local/bucket/http/bucket-routes.js'
import type { LocalBucket } from '../../lib/local/index.js'

/** A statement of a policy, as far as the policies of docs/iam.md need it. */
export interface PolicyStatement {
  readonly Effect: string
  readonly Action: string | readonly string[]
  readonly Resource: string | readonly string[]
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>
}

/** A server in front of a local bucket that carries out what policies permit. */
export interface PolicyGate {
  readonly endpoint: string
  /** The statements in force; none allows everything. */
  statements: readonly PolicyStatement[]
  /** The actions that were needed and allowed, with duplicates. */
  readonly used: string[]
}

/**
 * The actions that operations need, from "Required permissions" in
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html and, for multipart uploads, in
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html.
 */
const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  AbortMultipartUpload: ['s3:AbortMultipartUpload'],
  CompleteMultipartUpload: ['s3:PutObject'],
  CreateMultipartUpload: ['s3:PutObject'],
  DeleteObject: ['s3:DeleteObject'],
  GetObject: ['s3:GetObject'],
  GetObjectAttributes: ['s3:GetObject', 's3:GetObjectAttributes'],
  HeadBucket: ['s3:ListBucket'],
  HeadObject: ['s3:GetObject'],
  ListMultipartUploads: ['s3:ListBucketMultipartUploads'],
  ListObjectsV2: ['s3:ListBucket'],
  ListParts: ['s3:ListMultipartUploadParts'],
  PutObject: ['s3:PutObject'],
  RestoreObject: ['s3:RestoreObject'],
  UploadPart: ['s3:PutObject'],
}
/** The actions that the headers of a new object need besides. */
const ACTIONS_OF_HEADERS: Readonly<Record<string, string>> = {
  'x-amz-tagging': 's3:PutObjectTagging',
  'x-amz-object-lock-mode': 's3:PutObjectRetention',
}
/** The operations that create an object, for `s3:ObjectCreationOperation`. */
const CREATING = new Set(['CompleteMultipartUpload', 'PutObject'])

/** A request, as a policy sees it. */
interface Subject {
  readonly operation: string
  readonly actions: readonly string[]
  /** The ARN of the bucket and of the object. */
  readonly bucket: string
  readonly object: string
  readonly ifNoneMatch: string | undefined
}

/** Starts a {@link PolicyGate} for one test. */
export async function policyGateFor(test: Test, bucket: LocalBucket): Promise<PolicyGate> {
  const used: string[] = []
  const gate = { endpoint: '', statements: [] as readonly PolicyStatement[], used }
  const { port } = new URL(bucket.endpoint)
  const server = createServer((incoming, outgoing) => {
    const subject = subjectOf(incoming)
    const { statements } = gate
    if (
      !subject ||
      (statements.length > 0 && !subject.actions.every((one) => isAllowed(one, subject, statements)))
    ) {
      incoming.resume()
      deny(incoming, outgoing)
      return
    }
    const { method, url, headers } = incoming
    const onward = httpRequest(
      { host: '127.0.0.1', port, method, path: url, headers, agent: false },
      (answer) => {
        used.push(...subject.actions)
        // Whether an object is missing is told to those who may list the bucket.
        const isTold = statements.length === 0 || isAllowed('s3:ListBucket', subject, statements)
        if (answer.statusCode === 404 && subject.operation.endsWith('Object') && isTold)
          used.push('s3:ListBucket')
        if (answer.statusCode === 404 && subject.operation.endsWith('Object') && !isTold) {
          answer.resume()
          deny(incoming, outgoing)
          return
        }
        outgoing.writeHead(answer.statusCode ?? 0, answer.headers)
        answer.pipe(outgoing)
      },
    )
    onward.on('error', () => outgoing.destroy())
    incoming.pipe(onward)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  test.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  gate.endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return gate
}

/** `undefined` for a request of which no action is known: it is denied. */
function subjectOf({ method = '', url = '', headers }: IncomingMessage): Subject | undefined {
  const { path, queryText } = splitTarget(url)
  const address = bucketAddress(path, String(headers.host))
  const route = address && findBucketRoute(method, address.of, new URLSearchParams(queryText))
  const actions = route && ACTIONS[route.operation]
  if (!actions) return undefined
  const ofHeaders = Object.entries(ACTIONS_OF_HEADERS).flatMap(([name, action]) =>
    headers[name] === undefined ? [] : [action],
  )
  const bucket = `arn:aws:s3:::${address.bucket}`
  return {
    operation: route.operation,
    actions: [...actions, ...ofHeaders],
    bucket,
    object: `${bucket}/${address.key}`,
    ifNoneMatch: headers['if-none-match'],
  }
}

/** Whether statements allow an action, and none denies it. */
function isAllowed(action: string, subject: Subject, statements: readonly PolicyStatement[]): boolean {
  const arn = /^s3:List\w*Bucket/.test(action) ? subject.bucket : subject.object
  const those = statements.filter(({ Action, Resource, Condition }) => {
    const isOfResource = [Resource].flat().some((resource) => matches(resource, arn))
    return [Action].flat().includes(action) && isOfResource && holds(Condition, subject)
  })
  return those.some(({ Effect }) => Effect === 'Allow') && those.every(({ Effect }) => Effect === 'Allow')
}

function matches(resource: string, arn: string): boolean {
  return resource.endsWith('/*') ? arn.startsWith(resource.slice(0, -1)) : arn === resource
}

function holds(condition: PolicyStatement['Condition'], { operation, ifNoneMatch }: Subject): boolean {
  const values: Readonly<Record<string, string | undefined>> = {
    's3:if-none-match': ifNoneMatch,
    's3:ObjectCreationOperation': String(CREATING.has(operation)),
  }
  return Object.entries(condition ?? {}).every(([operator, keys]) =>
    Object.entries(keys).every(([key, expected]) => {
      if (!(key in values)) throw new Error(`${key} is not known`)
      return operator === 'Null' ? String(values[key] === undefined) === expected : values[key] === expected
    }),
  )
}

function deny({ method }: IncomingMessage, outgoing: ServerResponse): void {
  const body =
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>'
  outgoing.writeHead(403, { 'content-type': 'application/xml', 'x-amz-request-id': 'GATE' })
  outgoing.end(method === 'HEAD' ? undefined : body)
}
