/** The messages between a process and the one that writes its mirror. */
import { dirname } from 'node:path'
import { isMissing } from '../../fs/missing.js'
import { reasonOf } from '../catalog-failure.js'
import type { MirrorPaths } from './mirror-copy.js'
import { MirrorProblem, type MirrorProblemReason } from './mirror-problem.js'

/** Requests a copy of the catalog up to a position. */
export interface CopyRequest extends MirrorPaths {
  /** The position. */
  readonly size: number
}

/** Why a copy failed. */
export interface CopyFailure {
  /** `unavailable` for errors of the system. */
  readonly reason: MirrorProblemReason
  /** A clause or sentence about the mirror, with a full stop. */
  readonly text: string
}

/** The result of a copy. */
export interface CopyReply {
  /** Why it failed; absent if it succeeded. */
  readonly failure?: CopyFailure | undefined
}

/** Describes a failure as a clause about the mirror. */
export function describeFailure(mirror: string, error: unknown): CopyFailure {
  if (error instanceof MirrorProblem) return { reason: error.reason, text: error.message }
  return { reason: 'unavailable', text: textOf(mirror, error) }
}

function textOf(mirror: string, error: unknown): string {
  if (isMissing(error))
    return `its folder ${dirname(mirror)} does not exist. Mount its disk, or create the folder.`
  return reasonOf(mirror, error) ?? `${String(error)}.`
}
