/**
 * The controls over HTTP, for tests that run the local vault as a process: under `/.control/`, where no client of the
 * service ever asks, for whoever knows the secret.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Control } from './control.js'
import type { FaultRule, Faults } from '../faults/faults.js'
import { faultOf, isFailure } from '../http/refusal.js'
import { ServiceFault } from '../service-fault.js'
import { equalInConstantTime } from '../auth/signature.js'
import type { Traffic } from './traffic.js'

/** What can be controlled. */
export interface Controlled {
  readonly control: Control
  readonly faults: Faults
  readonly traffic: Traffic
}

type Order = Readonly<Record<string, unknown>>
type Act = (controlled: Controlled, order: Order) => Promise<object> | object

/** Bytes an order has at the most. */
const MOST_BODY = 65_536
const PREFIX = '/.control/'

const ACTS: Readonly<Record<string, Act>> = {
  'GET clock': ({ control }) => ({ time: control.time.toISOString() }),
  'POST clock': ({ control }, { advance }) => {
    control.advanceClock(numberIn('advance', advance))
    return { time: control.time.toISOString() }
  },
  'PUT job-delay': ({ control }, { milliseconds }) => {
    control.setJobDelay(numberIn('milliseconds', milliseconds))
    return {}
  },
  'POST jobs/complete': async ({ control }, { vaultName }) => ({
    jobs: await control.completeJobs(textIn('vaultName', vaultName)),
  }),
  'POST jobs/fail': async ({ control }, { statusMessage = 'Failed by a control', vaultName }) => ({
    jobs: await control.failJobs(
      textIn('statusMessage', statusMessage) as string, // has a default
      textIn('vaultName', vaultName),
    ),
  }),
  'POST inventory': async ({ control }, { vaultName }) =>
    control.takeInventory(neededText('vaultName', vaultName)),
  'GET faults': ({ faults }) => ({ faults: faults.list() }),
  'POST faults': ({ faults }, rule) => {
    faults.add(rule as unknown as FaultRule) // it checks what it is given
    return { faults: faults.list() }
  },
  'DELETE faults': ({ faults }) => {
    faults.clear()
    return { faults: [] }
  },
  'GET traffic': ({ traffic }) => traffic.all(),
}

/** Whether a request is for the controls. */
export function isForControls({ url = '' }: IncomingMessage): boolean {
  return url.startsWith(PREFIX)
}

/**
 * Carries out an order, and answers it.
 *
 * @param onFailure - told of each failure of the server
 */
export async function answerControl(
  request: IncomingMessage,
  response: ServerResponse,
  controlled: Controlled,
  secret: string,
  onFailure: (error: Error) => void,
): Promise<void> {
  let status = 200
  let answer: object
  try {
    answer = await obeyed(request, controlled, secret)
  } catch (error) {
    const isWrongOrder = error instanceof RangeError || error instanceof TypeError
    const { status: faultStatus, message } = faultOf(error)
    status = isWrongOrder ? 400 : faultStatus
    answer = { message: isWrongOrder ? error.message : message }
    if (!isWrongOrder && isFailure(error)) onFailure(error)
  }
  const text = JSON.stringify(answer)
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    ...(status === 401 && { 'www-authenticate': 'Bearer' }),
    connection: 'close', // what was not read of a body is not taken for a request
  })
  response.end(text)
}

async function obeyed(request: IncomingMessage, controlled: Controlled, secret: string): Promise<object> {
  if (!equalInConstantTime(request.headers.authorization ?? '', `Bearer ${secret}`))
    throw refused(401, 'The controls want the header: Authorization: Bearer SECRET')
  const { method = '', url = '' } = request
  const act = ACTS[`${method} ${url.slice(PREFIX.length)}`]
  if (!act)
    throw refused(404, `There is no control ${method} ${url}. There are ${Object.keys(ACTS).join(', ')}.`)
  return act(controlled, await orderIn(request))
}

async function orderIn(request: IncomingMessage): Promise<Order> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8') as AsyncIterable<string>) {
    text += chunk
    if (text.length > MOST_BODY) throw refused(413, `An order has at most ${MOST_BODY} bytes.`)
  }
  if (text === '') return {}
  const order = parsed(text)
  if (typeof order === 'object' && order !== null && !Array.isArray(order)) return order as Order
  throw refused(400, 'An order is a JSON object.')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function numberIn(name: string, value: unknown): number {
  if (typeof value === 'number') return value
  throw refused(400, `The order has no number ${name}.`)
}

function textIn(name: string, value: unknown): string | undefined {
  if (value === undefined || typeof value === 'string') return value
  throw refused(400, `The order's ${name} is no text.`)
}

function neededText(name: string, value: unknown): string {
  const text = textIn(name, value)
  if (text === undefined) throw refused(400, `The order has no ${name}.`)
  return text
}

function refused(status: number, message: string): ServiceFault {
  return new ServiceFault(status, 'ControlRefused', message)
}
