/**
 * The lines of `serve --env`: commands of a shell that point the tools of AWS and this command to the local vault. The
 * server keeps running, and closes its stdout, so that `eval "$(glacier-pipe serve --env &)"` ends when it is ready.
 */
import { shellCommand } from '../../output/shell-command.js'

/** A local vault that is ready. */
export interface ReadyVault {
  readonly endpoint: string
  /** The address of the buckets; `undefined` if none are served. */
  readonly s3Endpoint?: string | undefined
  readonly region: string
  readonly accessKeyId: string
  /** `undefined` if the environment has the keys: its secrets are never printed. */
  readonly secretAccessKey: string | undefined
}

/**
 * The lines.
 *
 * @param pid - the ID of the process of the server
 */
export function envLines(
  { endpoint, s3Endpoint, region, accessKeyId, secretAccessKey }: ReadyVault,
  pid: number,
): string[] {
  const lines = [exportOf('AWS_ENDPOINT_URL_GLACIER', endpoint)]
  if (s3Endpoint !== undefined) lines.push(exportOf('AWS_ENDPOINT_URL_S3', s3Endpoint))
  // Version 1 of the aws CLI, and boto3, read AWS_DEFAULT_REGION only.
  lines.push(exportOf('AWS_REGION', region), exportOf('AWS_DEFAULT_REGION', region))
  if (secretAccessKey !== undefined) {
    // A profile or a session token of another account would be used instead of the keys, or with them.
    lines.push('unset AWS_PROFILE AWS_SESSION_TOKEN')
    lines.push(exportOf('AWS_ACCESS_KEY_ID', accessKeyId), exportOf('AWS_SECRET_ACCESS_KEY', secretAccessKey))
  }
  return [...lines, exportOf('GLACIER_PIPE_SERVE_PID', String(pid))]
}

function exportOf(name: string, value: string): string {
  return `export ${name}=${shellCommand([value])}`
}
