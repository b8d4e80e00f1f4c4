/** The address of a vault in the records of a catalog: an archive ID alone does not say where the archive is. */
import { normalizeEndpoint } from '../glacier/endpoint.js'

/** The service that has a vault: a region, and an endpoint if it is not the service's own. */
export interface ServiceAddress {
  /** The AWS region, such as `eu-west-1`. */
  readonly region: string
  /**
   * The endpoint that is used, unless it is the service's own: the origin and the base path, without a trailing slash.
   * For a vault embedded in the command: `local:` and the ID kept in its folder. Version 0.1 wrote `local`.
   */
  readonly endpoint?: string | undefined
}

/** The address of a vault. */
export interface VaultAddress extends ServiceAddress {
  /** The vault's name, or `s3://BUCKET`. */
  readonly vaultName: string
}

/**
 * Whether the name of a vault is that of a bucket: `s3://BUCKET`. In a bucket, a key takes the place of an archive ID: an object
 * that is stored again replaces the one before.
 */
export function isBucketName(vaultName: string): boolean {
  return /^s3:\/\/[a-z0-9.-]{1,63}$/.test(vaultName)
}

/** Whether an archive ID is the address of an object: `s3://BUCKET/KEY`. The IDs of a vault have no slash. */
export function isObjectId(archiveId: string): boolean {
  return archiveId.startsWith('s3://')
}

/** The key in the address of an object, `s3://BUCKET/KEY`. */
export function keyIn(objectId: string): string {
  return objectId.replace(/^s3:\/\/[^/]*\//, '')
}

/** Whether two addresses are those of one vault. The first may be from a record of version 0.1. */
export function isInSameVault(
  recorded: VaultAddress,
  { vaultName, region, endpoint }: VaultAddress,
): boolean {
  const isSameName = recorded.vaultName === vaultName && recorded.region === region
  return isSameName && isSameEndpoint(recorded.endpoint, endpoint)
}

/** Whether a record may be of a vault of an account: nothing that is known of the two differs. */
export function mayBeInSameVault(
  recorded: VaultAddress & { readonly accountId?: string | undefined },
  used: VaultAddress & { readonly accountId?: string | undefined },
): boolean {
  const isOtherAccount =
    recorded.accountId !== undefined && used.accountId !== undefined && recorded.accountId !== used.accountId
  return isInSameVault(recorded, used) && !isOtherAccount
}

/** A record of version 0.1 has the endpoint as it was typed, and no ID of an embedded vault. */
function isSameEndpoint(recorded: string | undefined, used: string | undefined): boolean {
  if (recorded === 'local') return used === 'local' || (used?.startsWith('local:') ?? false)
  return normalized(recorded) === normalized(used)
}

function normalized(endpoint: string | undefined): string | undefined {
  return endpoint === undefined ? undefined : normalizeEndpoint(endpoint)
}
