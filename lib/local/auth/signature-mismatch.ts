/**
 * The refusal of a signature. It states what was expected to be signed, as AWS services do, so that whoever writes a
 * client can compare it with what the client signed.
 */
import { ServiceFault } from '../service-fault.js'
import type { SigningTexts } from './signature.js'

/** 403: the signature is not that of the request. */
export class SignatureMismatch extends ServiceFault {
  /** What the signature should have been computed from, without the session token. */
  readonly diagnostic: SigningTexts

  constructor(texts: SigningTexts) {
    const diagnostic = { ...texts, canonicalRequest: withoutToken(texts.canonicalRequest) }
    super(
      403,
      'InvalidSignatureException',
      'The request signature we calculated does not match the signature you provided. ' +
        'Check your AWS Secret Access Key and signing method. Consult the service documentation for details.\n\n' +
        `The Canonical String for this request should have been\n'${diagnostic.canonicalRequest}'\n\n` +
        `The String-to-Sign should have been\n'${diagnostic.stringToSign}'\n`,
    )
    this.diagnostic = diagnostic
  }
}

/** Replaces the session token in a canonical request: in its header, and in the query of a presigned request. */
function withoutToken(canonicalRequest: string): string {
  return canonicalRequest
    .replace(/^(x-amz-security-token:).*$/gm, '$1[redacted]')
    .replace(/([?&\n]X-Amz-Security-Token=)[^&\n]*/g, '$1[redacted]')
}
