/** Writers of mirrors. */
import type { FileSystem } from '../../runtime/file-system.js'
import { copyToMirror, type MirrorPaths } from './mirror-copy.js'
import { describeFailure, type CopyFailure } from './mirror-messages.js'

/** Writes a mirror. Calls of {@link MirrorWriter.copy} do not overlap. */
export interface MirrorWriter {
  /**
   * Copies the catalog up to a position.
   *
   * @param size - the position
   * @returns why the copy failed; `undefined` if it succeeded. Never rejects
   */
  copy(size: number): Promise<CopyFailure | undefined>
  /**
   * Ends the writer.
   *
   * @param isHung - whether a copy is running and is to be abandoned
   */
  end(isHung: boolean): void
}

/** Makes the writer of a mirror. */
export type MirrorWriterFactory = (paths: MirrorPaths) => MirrorWriter

/** Makes writers that write to a file system in this process. */
export function writersOn(files: FileSystem): MirrorWriterFactory {
  return (paths) => {
    let checkedTo = 0
    return {
      copy: (size) =>
        copyToMirror(paths, size, files, checkedTo).then(
          (position) => {
            checkedTo = position
            return undefined
          },
          (error: unknown) => describeFailure(paths.mirror, error),
        ),
      end: () => undefined,
    }
  }
}
