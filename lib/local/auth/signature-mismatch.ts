/**
 * The refusal of a signature. It states what was expected to be signed, as AWS services do, so that whoever writes a
 * client can compare it with what the client signed.
 */
import { ApiError } from '../service/api-error.js'
import type { SigningTexts } from './signature.js'

/** 403: the signature is not that of the request. */
export class SignatureMismatch extends ApiError {
  /** What the signature should have been computed from, without session token and signature. */
  readonly diagnostic: SigningTexts

  constructor(texts: SigningTexts) {
    const diagnostic = { ...texts, canonicalRequest: withoutSecrets(texts.canonicalRequest) }
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

/**
 * Replaces the session token in a canonical request, and a signature: in the headers, and in the query, where a client that
 * signs wrongly may have them in any case.
 */
function withoutSecrets(canonicalRequest: string): string {
  return canonicalRequest
    .replace(/^((?:x-amz-security-token|authorization):).*$/gm, '$1[redacted]')
    .replace(/([&\n]X-Amz-(?:Security-Token|Signature)=)[^&\n]*/gi, '$1[redacted]')
}
