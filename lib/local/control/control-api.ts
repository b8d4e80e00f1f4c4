/**
 * The controls over HTTP, for tests that run the local vault as a process, and their page. They are under `/.control/`,
 * a path that no operation has. The files of the page are served to every request whose Host header is allowed; all else
 * requires the secret.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { equalInConstantTime } from '../auth/signature.js'
import { apiErrorOf, isServerFailure } from '../transport/thrown-error.js'
import { isAllowedHost } from './allowed-host.js'
import { CHANGES } from './changes.js'
import type { AddedControl } from './added-controls.js'
import { controlError, readControlBody } from './control-body.js'
import type { ControlAction, ControlContext } from './control-context.js'
import { pageFile, type PageFile } from './page-files.js'
import { READINGS } from './readings.js'

/** The path of the page. */
const PATH = '/.control'
const PREFIX = `${PATH}/`
const ACTIONS: Readonly<Record<string, ControlAction>> = { ...READINGS, ...CHANGES }

/** A browser may only run the page's own files, and connect to this server. */
const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
}

/** How the controls are served. */
export interface ControlApiOptions {
  /** The secret that requests must have. */
  readonly secret: string
  /** Milliseconds to wait for the next bytes of a body. */
  readonly idleTimeoutMs: number
  /** Called with each failure of the server. */
  readonly onFailure: (error: Error) => void
}

/** Whether a request is for the controls. */
export function isControlRequest({ url = '' }: IncomingMessage): boolean {
  return url.startsWith(PREFIX) || isWithoutSlash(url)
}

/** Carries out a control, or serves a file of the page. */
export async function handleControl(
  request: IncomingMessage,
  response: ServerResponse,
  context: ControlContext,
  options: ControlApiOptions,
): Promise<void> {
  const { status, type, bytes, headers } = await responseTo(request, context, options).catch(
    (error: unknown) => errorResponse(error, options.onFailure),
  )
  response.writeHead(status, {
    ...SECURITY_HEADERS,
    ...headers,
    'content-type': type,
    'content-length': bytes.length,
    ...(status === 401 && { 'www-authenticate': 'Bearer' }),
    ...(!request.complete && { connection: 'close' }), // unread bytes of a body are not taken for a request
  })
  response.end(bytes)
}

type ControlResponse = PageFile & {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
}

async function responseTo(
  request: IncomingMessage,
  context: ControlContext,
  { secret, idleTimeoutMs }: ControlApiOptions,
): Promise<ControlResponse> {
  const { method = '', url = '', headers } = request
  if (!isAllowedHost(headers.host, context.host)) {
    throw controlError(
      421,
      'The Host header must be a loopback name, or the host that the server listens on.',
    )
  }
  if (isWithoutSlash(url)) return { ...jsonResponse(308, {}), headers: { location: PREFIX } }
  const [path = '', search] = url.slice(PREFIX.length).split('?', 2)
  const file = method === 'GET' ? await pageFile(path) : undefined
  if (file) return { status: 200, ...file }
  if (!equalInConstantTime(headers.authorization ?? '', `Bearer ${secret}`))
    throw controlError(
      401,
      'The controls require the header Authorization: Bearer SECRET. SECRET is GLACIER_PIPE_CONTROL_SECRET, or what serve --control --json prints as controlSecret.',
    )
  const action = actionOf(`${method} ${path}`, context)
  if (!action) {
    const names = [ACTIONS, context.control.added].flatMap(Object.keys)
    throw controlError(404, `There is no control ${method} ${url}. There are ${names.join(', ')}.`)
  }
  const body = await readControlBody(request, idleTimeoutMs)
  return jsonResponse(200, await action(body, new URLSearchParams(search)))
}

/** The control with a method and path: of the vault, or of a server beside it. */
function actionOf(name: string, context: ControlContext): AddedControl | undefined {
  const action = ACTIONS[name]
  return action ? (body, query) => action(context, body, query) : context.control.added[name]
}

/** Whether a URL is the path of the page without the slash at its end, which a reader may leave out. */
function isWithoutSlash(url: string): boolean {
  return url === PATH
}

function jsonResponse(status: number, json: object): ControlResponse {
  return { status, type: 'application/json', bytes: Buffer.from(JSON.stringify(json)) }
}

/** The response to an error. Of a failure of the server it has no path: only `onFailure` receives that. */
function errorResponse(error: unknown, onFailure: (error: Error) => void): ControlResponse {
  if (error instanceof RangeError || error instanceof TypeError)
    return jsonResponse(400, { message: error.message })
  if (isServerFailure(error)) onFailure(error)
  const { status, message } = apiErrorOf(error)
  return jsonResponse(status, { message })
}
