/**
 * Checks a response of S3 before the SDK reads it. S3 may respond 200 before an operation is done, and state an error in
 * the body (https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html). The SDK recognizes such an
 * error only at the very end of the body and only for some operations, and takes a page of something in between for a
 * result without fields.
 */
import type { ResponseHead } from '../../client/sdk/request-attempt.js'
import type { CommandStack } from '../../client/sdk/single-request.js'
import { ServiceError } from '../../errors.js'
import { Readable } from '../../streams/node-streams.js'

/**
 * The body that a success must have: `xml`, a document; `nothing`: the fields are in the headers, and only the document of
 * an error may be in the body.
 */
export type ExpectedBody = 'xml' | 'nothing'

interface Received {
  readonly response: ResponseHead & { statusCode: number; body?: unknown }
}

/** The success statuses of the service, for GET and HEAD and for all other methods. */
const SUCCESSES_OF_READS: ReadonlySet<number> = new Set([200, 206])
const SUCCESSES_OF_WRITES: ReadonlySet<number> = new Set([200, 202, 204])

/** The headers in which the service and other servers send the ID of a request. */
const REQUEST_IDS = ['x-amz-request-id', 'x-amzn-requestid', 'x-amz-id-2']

/**
 * Whether a response with a status below 300 is not the service's: it lacks the request ID, and is a page or has another
 * status than every success of the service. An object may be a page: a range of it has the status 206, and its description
 * has a header of the service. Without that check, a page to sign in, which may have an ETag, would be an object of its own size.
 */
export function isForeignSuccess(method: string, { statusCode, headers }: ResponseHead): boolean {
  if (REQUEST_IDS.some((name) => headers[name] !== undefined)) return false
  const isRead = method === 'GET' || method === 'HEAD'
  const isPage = /^text\/html\b/i.test(headers['content-type'] ?? '')
  const isOfObject =
    statusCode === 206 ||
    (method === 'HEAD' && Object.keys(headers).some((name) => name.startsWith('x-amz-')))
  const isSuccess = (isRead ? SUCCESSES_OF_READS : SUCCESSES_OF_WRITES).has(statusCode)
  return !isSuccess || (isPage && !isOfObject)
}

/**
 * Returns the command with a middleware that reads the body of a success, checks that it is a whole document, and turns the
 * document of an error into the response of a failure, with the status 500: the operation may have been carried out.
 */
export function readingXml<Command extends { readonly middlewareStack: CommandStack }>(
  operation: string,
  expected: ExpectedBody,
  command: Command,
): Command {
  const middleware =
    <Arguments>(next: (args: Arguments) => Promise<Received>) =>
    async (args: Arguments): Promise<Received> => {
      const result = await next(args)
      const { response } = result
      if (response.statusCode >= 300 || !(response.body instanceof Readable)) return result
      const text = (await textOf(response.body)).trim() // the service sends white space until it is done
      const root = rootOf(text)
      if (root === 'Error') response.statusCode = 500
      else assertExpected(operation, expected, text, root, response)
      response.body = Readable.from([Buffer.from(text)], { objectMode: false })
      return result
    }
  command.middlewareStack.add(middleware, { step: 'deserialize', name: 'glacierPipeXml', priority: 'low' })
  return command
}

function assertExpected(
  operation: string,
  expected: ExpectedBody,
  text: string,
  root: string | undefined,
  { statusCode: status, headers }: ResponseHead,
): void {
  if (expected === 'nothing' && text === '') return
  const details = { operation, status, requestId: headers['x-amz-request-id'] }
  if (root === undefined || /^html$/i.test(root)) {
    const found = text === '' ? 'is empty' : 'is no document of XML'
    const message = `The response ${found}. A proxy, a firewall or a login page may have sent it in place of the service.`
    throw new ServiceError(message, { ...details, serviceCode: 'UnexpectedResponse' })
  }
  if (text.endsWith(`</${root}>`) || isEmptyElement(text)) return
  throw new ServiceError('The response breaks off.', { ...details, serviceCode: 'IncompleteResponse' })
}

/** The name of the outermost element of a document; `undefined` if the text is no document of XML. */
function rootOf(text: string): string | undefined {
  return /^\uFEFF?(?:<\?xml[^>]*\?>\s*)?<([A-Za-z_][\w:.-]*)[\s/>]/.exec(text)?.[1]
}

function isEmptyElement(text: string): boolean {
  return /^\uFEFF?(?:<\?xml[^>]*\?>\s*)?<[^<>]*\/>$/.test(text)
}

async function textOf(body: Readable): Promise<string> {
  const pieces: Buffer[] = []
  for await (const piece of body as AsyncIterable<Buffer>) pieces.push(piece)
  return Buffer.concat(pieces).toString()
}
