/** The permissions to begin and to abort an upload: one is begun and aborted. Nothing is stored, and no part is charged for. */
import { AccessDeniedError } from '../../../errors.js'
import { shellCommand } from '../../output/shell-command.js'
import { problemOf } from './check.js'
import { UNTRIED, type Permission } from './permission-check.js'

/** An upload that a check begins. */
export interface CheckedUpload {
  /** The vault, or the address of the object. */
  readonly place: string
  /** The action that beginning it needs. */
  readonly action: string
  /** Begins it. Resolves to its ID. */
  readonly begin: () => Promise<string>
  /** Aborts it; its requests are repeated. */
  readonly abort: (uploadId: string) => Promise<void>
}

/** Begins an upload at once. The permissions say what became of it. */
export function uploadPermissions({ place, action, begin, abort }: CheckedUpload): Permission[] {
  const begun = begin()
  const abortBegun = async (): Promise<unknown> => {
    const uploadId = await begun.catch(() => undefined)
    if (uploadId === undefined) return UNTRIED
    return abort(uploadId).catch((error: unknown) => {
      if (error instanceof AccessDeniedError) throw error
      const command = shellCommand(['glacier-pipe', 'uploads', place, `--abort=${uploadId}`])
      const remains = `The upload of this check remains, without parts; this aborts it: ${command}`
      throw new Error(`${problemOf(error)}. ${remains}`, { cause: error })
    })
  }
  return [
    { action, commands: 'put', isRequired: true, try: () => begun },
    {
      action: 'AbortMultipartUpload',
      commands: 'uploads --abort (the upload of this check remains, without parts)',
      try: abortBegun,
    },
  ]
}
