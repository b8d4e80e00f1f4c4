/**
 * The error for a wrong signature. Like AWS services, it shows the texts that the server expected, so that the author of a
 * client can compare them with those that the client signed.
 */
import { ApiError } from '../service/api-error.js'
import type { SigningTexts } from './signature.js'

/** 403: the signature does not match the request. */
export class SignatureMismatch extends ApiError {
  /** The texts that the signature should have been computed from, without session token and signature. */
  readonly diagnostic: SigningTexts

  /** @param texts - the texts that the signature should have been computed from */
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
 * Replaces the session token and the signature in a canonical request: in the headers, and in the query, where a client that
 * signs incorrectly may have written them in upper or lower case.
 */
function withoutSecrets(canonicalRequest: string): string {
  return canonicalRequest
    .replace(/^((?:x-amz-security-token|authorization):).*$/gm, '$1[redacted]')
    .replace(/([&\n]X-Amz-(?:Security-Token|Signature)=)[^&\n]*/gi, '$1[redacted]')
}
