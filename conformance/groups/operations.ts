/** All 33 operations: the status, the headers and the members of the body that each answers. */
import { guide, model, type Assertion, type Group } from '../assertion.js'
import { fieldsOf, hasHeader, hasNoBody, hasStatus, isTrue, neededHeader, rowsOf } from '../expectations.js'
import { step } from '../session.js'
import type { OperationCall } from './operation-call.js'
import { CALLS } from './operation-calls.js'
import { ROWS } from './operation-members.js'

function assertionsOf({ operation, page, status, members, bytes, call }: OperationCall): Assertion[] {
  const answer = step(operation, call)
  const all = [
    model(
      `${operation}.http.responseCode`,
      `${operation}-status`,
      `${operation} answers ${status}.`,
      async (session) => {
        hasStatus(await answer(session), status)
      },
    ),
    guide(
      page,
      `${operation}-headers`,
      `The answer of ${operation} has an x-amzn-RequestId, a Date and ${members ? 'a body of JSON' : bytes ? 'a Content-Length' : 'no body'}.`,
      async (session) => {
        const found = await answer(session)
        hasStatus(found, status)
        neededHeader(found, 'x-amzn-requestid')
        const date = neededHeader(found, 'date')
        isTrue('a Date of RFC 2616', !Number.isNaN(Date.parse(date)), date)
        if (members) hasHeader(found, 'content-type', 'application/json')
        else if (bytes) hasHeader(found, 'content-length', String(found.body.length))
        else hasNoBody(found)
      },
    ),
  ]
  if (members) {
    all.push(
      model(
        `${operation}.output`,
        `${operation}-members`,
        `The body of ${operation} has every member of the model: one without a value is null.`,
        async (session) => {
          const found = await answer(session)
          hasStatus(found, status)
          hasMembers(fieldsOf(found), members)
        },
      ),
    )
  }
  const rows = ROWS[operation]
  if (rows) {
    all.push(
      model(
        `${operation}.output.${rows.list}`,
        `${operation}-rows`,
        `Each row of ${operation} has every member of the model: one without a value is null.`,
        async (session) => {
          const found = rowsOf(await answer(session), rows.list)
          isTrue('a row', found.length > 0, found)
          for (const row of found) hasMembers(row, rows.members)
        },
      ),
    )
  }
  return all
}

function hasMembers(found: Readonly<Record<string, unknown>>, members: readonly string[]): void {
  const missing = members.filter((name) => !(name in found))
  isTrue(`the members ${members.join(', ')}`, missing.length === 0, Object.keys(found))
}

/** The operations of the service model. */
export const operations: Group = {
  name: 'operations',
  title: 'Each of the 33 operations',
  assertions: CALLS.flatMap(assertionsOf),
}
