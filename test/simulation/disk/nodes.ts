/** The files and folders of a simulated disk. */
import { constants } from 'node:fs'
import type { FileStats } from '../../../lib/runtime/file-system.js'
import { FileContent } from './file-content.js'

/** Facts that files and folders have in common. */
interface Facts {
  readonly inode: number
  readonly birthtimeNs: bigint
  /** Permissions. */
  mode: number
  uid: number
  gid: number
  mtimeMs: number
  /** Names that lead to it, also such that a power cut would bring back, and handles that are open. */
  references: number
}

/** A file. */
export interface FileNode extends Facts {
  readonly kind: 'file'
  readonly content: FileContent
}

/** Names that were changed in one step, each with what it led to before. */
type NameChange = readonly (readonly [name: string, before: DiskNode | undefined])[]

/** A folder. */
export interface FolderNode extends Facts {
  readonly kind: 'folder'
  readonly entries: Map<string, DiskNode>
  /** The changes of names since the last sync, in order. */
  unsynced: NameChange[]
}

/** A file or a folder. */
export type DiskNode = FileNode | FolderNode

const BLOCK_BYTES = 4096
const SECTOR_BYTES = 512
/** The user who owns all files: the one of the real process, so that the engine takes them for its own. */
const USER = { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 }

/** Makes an empty file or folder. */
export function newNode<Kind extends DiskNode['kind']>(
  kind: Kind,
  facts: Pick<Facts, 'inode' | 'birthtimeNs' | 'mode' | 'mtimeMs'>,
): Extract<DiskNode, { kind: Kind }>
export function newNode(
  kind: DiskNode['kind'],
  facts: Pick<Facts, 'inode' | 'birthtimeNs' | 'mode' | 'mtimeMs'>,
): DiskNode {
  if (kind === 'file') return { kind, content: new FileContent(), ...facts, ...USER, references: 0 }
  return { kind, entries: new Map(), unsynced: [], ...facts, ...USER, references: 0 }
}

/** The facts about a file or a folder. */
export function statsOf(node: DiskNode): FileStats {
  const isFile = node.kind === 'file'
  const size = isFile ? node.content.length : BLOCK_BYTES
  return {
    ino: BigInt(node.inode),
    dev: 1n,
    size,
    blocks: Math.ceil(size / BLOCK_BYTES) * (BLOCK_BYTES / SECTOR_BYTES),
    mode: node.mode | (isFile ? constants.S_IFREG : constants.S_IFDIR),
    uid: node.uid,
    gid: node.gid,
    mtimeMs: node.mtimeMs,
    birthtimeNs: node.birthtimeNs,
    isFile: () => isFile,
    isDirectory: () => !isFile,
    isSymbolicLink: () => false,
    isFIFO: () => false,
    isSocket: () => false,
  }
}
