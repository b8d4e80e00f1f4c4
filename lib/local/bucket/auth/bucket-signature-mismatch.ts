/** The error for a wrong signature, with the texts that the server expected, as Amazon S3 shows them. */
import type { SigningTexts } from '../../auth/signature.js'
import { BucketError } from '../service/bucket-error.js'

/** 403 `SignatureDoesNotMatch`. */
export class BucketSignatureMismatch extends BucketError {
  /** The texts that the signature should have been computed from, without session token. */
  readonly diagnostic: SigningTexts

  /**
   * @param accessKeyId - the ID of the key pair
   * @param texts - the texts that the signature should have been computed from
   */
  constructor(accessKeyId: string, texts: SigningTexts) {
    const canonicalRequest = texts.canonicalRequest.replace(/^(x-amz-security-token:).*$/gm, '$1[redacted]')
    super(
      403,
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
      {
        fields: {
          AWSAccessKeyId: accessKeyId,
          StringToSign: texts.stringToSign,
          CanonicalRequest: canonicalRequest,
        },
      },
    )
    this.diagnostic = { ...texts, canonicalRequest }
  }
}
