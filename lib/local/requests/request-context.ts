/** A request and its response, as the operations see them. */
import type { IncomingMessage } from 'node:http'
import type { Stores } from '../stores/stores.js'

/** A request that has been authenticated. */
export interface RequestContext {
  /** The stores of the account in the region that the request is for. */
  readonly stores: Stores
  /** The names in the path, decoded: `vaultName`, `archiveId`, … */
  readonly names: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  /** The body of a request that is not an upload; empty if it has none. */
  readonly body: Buffer
  /** The body of an upload, which has not been read yet. */
  readonly stream: AsyncIterable<Buffer>
}

/** The response of an operation. Its headers do not include the length. */
export interface OperationResponse {
  readonly status: number
  /** A header that is `undefined` is not sent. */
  readonly headers?: Readonly<Record<string, string | undefined>>
  /** A body that is sent as JSON. */
  readonly json?: object
  /** A body that is sent as it is. */
  readonly content?: { readonly length: number; readonly bytes: AsyncIterable<Buffer> }
}

/** The implementation of an operation. */
export type Operation = (context: RequestContext) => Promise<OperationResponse>

/** A name in the path, which the route of the operation has. */
export function nameOf({ names }: RequestContext, name: string): string {
  return names[name] as string // the path of the route has it
}

/** The path of a resource of the account, for a Location header: it always has the account's number. */
export function locationOf({ stores }: RequestContext, ...names: readonly string[]): string {
  return ['', stores.accountId, ...names].join('/')
}
