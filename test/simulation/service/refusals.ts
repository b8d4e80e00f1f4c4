/** The refusals of the simulated service, with the texts of docs/glacier-protocol.md#error-texts. */
import { ServiceRefusal, type Caller } from './service.js'

/** The account has no vault of the name. */
export function vaultNotFound({ accountId, vaultName }: Caller): ServiceRefusal {
  return notFound(`Vault not found for ARN: ${arnOf({ accountId, vaultName })}`)
}

/** The service has no such upload, or has it no more. */
export function uploadNotFound(uploadId: string): ServiceRefusal {
  return notFound(`The upload ID was not found: ${uploadId}`)
}

/** The service has no such archive, or has it no more. */
export function archiveNotFound(archiveId: string): ServiceRefusal {
  return notFound(`The archive ID was not found: ${archiveId}`)
}

/** The service has no such job, or has it no more. */
export function jobNotFound(jobId: string): ServiceRefusal {
  return notFound(`The job ID was not found: ${jobId}`)
}

/** No inventory was taken of the vault yet. */
export function noInventory(caller: Caller): ServiceRefusal {
  return notFound(
    `Inventory retrieval jobs for vault ${arnOf(caller)} cannot be initiated yet, ` +
      'as Amazon Glacier has not yet generated an initial inventory for this vault.',
  )
}

/** A value is not allowed. */
export function invalidValue(message: string): ServiceRefusal {
  return new ServiceRefusal(400, 'InvalidParameterValueException', message)
}

/** The body does not have the SHA-256 that was signed. */
export function wrongBodyHash(computed: string, stated: string): ServiceRefusal {
  const message =
    'The value passed in as x-amz-content-sha256 does not match the computed payload hash. ' +
    `Computed digest: ${computed} expected hash: ${stated}`
  return new ServiceRefusal(403, 'InvalidSignatureException', message)
}

/** Too many requests. */
export function throttling(): ServiceRefusal {
  return new ServiceRefusal(400, 'ThrottlingException', 'Rate exceeded')
}

/** The service itself failed. */
export function serviceFailure(): ServiceRefusal {
  return new ServiceRefusal(500, 'ServiceUnavailableException', 'The service failed.')
}

/** The credentials have expired. */
export function expiredToken(): ServiceRefusal {
  return new ServiceRefusal(403, 'ExpiredTokenException', 'The security token included is expired')
}

/** The ARN of a vault. */
export function arnOf({ accountId, vaultName }: Caller): string {
  return `arn:aws:glacier:us-east-1:${accountId}:vaults/${vaultName}`
}

function notFound(message: string): ServiceRefusal {
  return new ServiceRefusal(404, 'ResourceNotFoundException', message)
}
