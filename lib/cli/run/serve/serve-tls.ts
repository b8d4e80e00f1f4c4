/** The certificate and key that `serve` is given as files. */
import { readFile } from 'node:fs/promises'
import type { TlsOptions } from '../../../local/index.js'
import { UsageError } from '../../command-errors.js'
import type { Io } from '../../io.js'

/** Which files `serve` is given. */
export interface TlsFiles {
  readonly tlsCert?: string
  readonly tlsKey?: string
}

/**
 * What the files contain; `undefined` where none are given. The passphrase of an encrypted key is in
 * `GLACIER_PIPE_TLS_PASSPHRASE`: arguments can be seen by other users. An empty one is none.
 *
 * @throws {UsageError} only one of the two is given, or a file cannot be read
 */
export async function tlsFilesOf(
  { tlsCert, tlsKey }: TlsFiles,
  { GLACIER_PIPE_TLS_PASSPHRASE: passphrase = '' }: Io['env'],
): Promise<TlsOptions | undefined> {
  if (tlsCert === undefined && tlsKey === undefined) return undefined
  if (tlsCert === undefined || tlsKey === undefined)
    throw new UsageError('--tls-cert and --tls-key belong together: give both.')
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
    throw new UsageError(`${option} ${path} cannot be read: ${(error as Error).message}.`, { cause: error })
  }
}
