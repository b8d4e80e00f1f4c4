/** Assertions that a request is refused. */
import { guide, thread, type Assertion } from './assertion.js'
import { hasMessage, isRefusal } from './expectations.js'
import { HELLO_HASH } from './samples.js'
import type { Session } from './session.js'
import { sha256 } from './tree-hash.js'
import type { Answer } from './wire.js'

/** What sends the request that is to be refused. */
export type Sending = (session: Session) => Promise<Answer>

/** A request with a value that the guide rules out. */
export function invalid(page: string, id: string, text: string, send: Sending): Assertion {
  return refused(page, id, `${text} is refused with 400 InvalidParameterValueException.`, send, {
    status: 400,
    code: 'InvalidParameterValueException',
  })
}

/** The text about `HELLO` that is sent with the tree hash of `other`. */
export function namesBothHashes(send: Sending): Assertion {
  const what = 'The refusal of a wrong tree hash has both hashes.'
  return thread('boto/boto3#1708', 'wrong-tree-hash-text', what, async (session) => {
    hasMessage(await send(session), `Checksum mismatch: expected ${sha256('other')}, computed ${HELLO_HASH}`)
  })
}

/** A request without a header or field that the guide requires. */
export function missing(page: string, id: string, text: string, send: Sending): Assertion {
  return refused(page, id, `${text} is refused with 400 MissingParameterValueException.`, send, {
    status: 400,
    code: 'MissingParameterValueException',
  })
}

/** A request for something that is not there. */
export function unknown(page: string, id: string, text: string, send: Sending): Assertion {
  return refused(page, id, `${text} is refused with 404 ResourceNotFoundException.`, send, {
    status: 404,
    code: 'ResourceNotFoundException',
  })
}

/** A request that is refused with 403, because a policy or the state of a lock does not allow it. */
export function denied(page: string, id: string, text: string, send: Sending): Assertion {
  return refused(page, id, `${text} is refused with 403 AccessDeniedException.`, send, {
    status: 403,
    code: 'AccessDeniedException',
  })
}

/** A request whose signature does not hold. */
export function unsigned(page: string, id: string, text: string, send: Sending): Assertion {
  return refused(page, id, `${text} is refused with 403 InvalidSignatureException.`, send, {
    status: 403,
    code: 'InvalidSignatureException',
  })
}

function refused(
  page: string,
  id: string,
  text: string,
  send: Sending,
  { status, code }: { readonly status: number; readonly code: string },
): Assertion {
  return guide(page, id, text, async (session) => {
    isRefusal(await send(session), status, code)
  })
}
