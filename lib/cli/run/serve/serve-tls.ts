/** The certificate and key of `serve`, read from files. */
import { readFile } from 'node:fs/promises'
import { systemReason } from '../../../fs/system-reason.js'
import type { TlsOptions } from '../../../local/index.js'
import { UsageError } from '../../command-errors.js'
import type { ServeOptions } from '../../commands/serve.js'
import type { Io } from '../../io.js'

/**
 * Reads the certificate and key; `undefined` if none are given. The passphrase of an encrypted key is in
 * `GLACIER_PIPE_TLS_PASSPHRASE`, because other users can see arguments. An empty variable counts as not set.
 *
 * @throws {UsageError} only one of the two is given, or a file cannot be read
 */
export async function tlsFilesOf(
  { tlsCert, tlsKey }: Pick<ServeOptions, 'tlsCert' | 'tlsKey'>,
  { GLACIER_PIPE_TLS_PASSPHRASE: passphrase = '' }: Io['env'],
): Promise<TlsOptions | undefined> {
  if (tlsCert === undefined && tlsKey === undefined) return undefined
  if (tlsCert === undefined || tlsKey === undefined)
    throw new UsageError('--tls-cert and --tls-key belong together. Give both.')
  return {
    cert: await contentOf('--tls-cert', tlsCert),
    key: await contentOf('--tls-key', tlsKey),
    ...(passphrase !== '' && { passphrase }),
  }
}

async function contentOf(option: string, path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (error) {
    throw new UsageError(`${option} ${path} cannot be read: ${systemReason(error)}.`, { cause: error })
  }
}
