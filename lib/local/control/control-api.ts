/**
 * The controls over HTTP, for tests that run the local vault as a process, and their page: under `/.control/`, where no
 * client of the service ever asks. The page's files are for everybody who asks by a name of this machine, everything
 * else is for whoever knows the secret.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { apiErrorOf, isServerFailure } from '../transport/thrown-error.js'
import { equalInConstantTime } from '../auth/signature.js'
import { isAllowedHost } from './allowed-host.js'
import { CHANGES } from './changes.js'
import type { ControlAction, ControlContext } from './control-context.js'
import { readControlBody, refused } from './control-body.js'
import { pageFile, type PageFile } from './page-files.js'
import { READINGS } from './readings.js'

export type { ControlContext } from './control-context.js'

const PREFIX = '/.control/'
const ACTIONS: Readonly<Record<string, ControlAction>> = { ...READINGS, ...CHANGES }

/** What a browser may do with an answer: nothing but run the page's own files, and ask this server. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
}

/** Whether a request is for the controls. */
export function isControlRequest({ url = '' }: IncomingMessage): boolean {
  return url.startsWith(PREFIX)
}

/**
 * Carries out a control or gives a file of the page, and answers the request.
 *
 * @param idleTimeout - milliseconds without a byte of the order after which it is refused
 * @param onFailure - told of each failure of the server
 */
export async function handleControl(
  request: IncomingMessage,
  response: ServerResponse,
  controls: ControlContext,
  secret: string,
  idleTimeout: number,
  onFailure: (error: Error) => void,
): Promise<void> {
  const { status, type, bytes } = await answerTo(request, controls, secret, idleTimeout).catch(
    (error: unknown) => refusal(error, onFailure),
  )
  response.writeHead(status, {
    ...HEADERS,
    'content-type': type,
    'content-length': bytes.length,
    ...(status === 401 && { 'www-authenticate': 'Bearer' }),
    ...(!request.complete && { connection: 'close' }), // what was not read of a body is not taken for a request
  })
  response.end(bytes)
}

type ControlAnswer = PageFile & { readonly status: number }

async function answerTo(
  request: IncomingMessage,
  controls: ControlContext,
  secret: string,
  idleTimeout: number,
): Promise<ControlAnswer> {
  const { method = '', url = '', headers } = request
  if (!isAllowedHost(headers.host, controls.host)) {
    throw refused(421, 'The Host header must be a loopback name, or the host that the server listens on.')
  }
  const [path = '', search] = url.slice(PREFIX.length).split('?', 2)
  const file = method === 'GET' ? await pageFile(path) : undefined
  if (file) return { status: 200, ...file }
  if (!equalInConstantTime(headers.authorization ?? '', `Bearer ${secret}`))
    throw refused(
      401,
      'The controls require the header Authorization: Bearer SECRET. SECRET is GLACIER_PIPE_CONTROL_SECRET, or what serve --control --json prints as controlSecret.',
    )
  const act = ACTIONS[`${method} ${path}`]
  if (!act)
    throw refused(404, `There is no control ${method} ${url}. There are ${Object.keys(ACTIONS).join(', ')}.`)
  return jsonAnswer(
    200,
    await act(controls, await readControlBody(request, idleTimeout), new URLSearchParams(search)),
  )
}

function jsonAnswer(status: number, answer: object): ControlAnswer {
  return { status, type: 'application/json', bytes: Buffer.from(JSON.stringify(answer)) }
}

/** The answer for what was thrown. A failure of the server has no path in it: whoever runs the server is told that. */
function refusal(error: unknown, onFailure: (error: Error) => void): ControlAnswer {
  if (error instanceof RangeError || error instanceof TypeError)
    return jsonAnswer(400, { message: error.message })
  if (isServerFailure(error)) onFailure(error)
  const { status, message } = apiErrorOf(error)
  return jsonAnswer(status, { message })
}
